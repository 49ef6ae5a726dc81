//! How long the keys of storage may be.

use super::StorageError;

/// The longest key in bytes. OpenBao's and Vault's integrated storage keeps keys of up to 32 KiB, of
/// which the path of the mount takes some 150 bytes. A longer one would fail there with an internal
/// error, after it was sent and encrypted.
pub(crate) const MAX_KEY: usize = (32 << 10) - 256;

/// Refuses a key that no server keeps.
pub(super) fn check(key: &str) -> Result<(), StorageError> {
    match key.len() {
        0..=MAX_KEY => Ok(()),
        length => Err(StorageError::KeyTooLong { length, max: MAX_KEY }),
    }
}

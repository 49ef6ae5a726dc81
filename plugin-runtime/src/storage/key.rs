//! The limit on the length of storage keys.

use super::StorageError;

/// The maximum length of a key in bytes. OpenBao's and Vault's integrated storage keeps keys of up
/// to 32 KiB, and the path of the mount takes about 150 bytes of them. A longer key would fail
/// there with an internal error, after it was sent and encrypted.
pub(crate) const MAX_KEY: usize = (32 << 10) - 256;

/// Refuses a key that is too long for servers.
pub(super) fn check(key: &str) -> Result<(), StorageError> {
    match key.len() {
        0..=MAX_KEY => Ok(()),
        length => Err(StorageError::KeyTooLong { length, max: MAX_KEY }),
    }
}

//! SHA-256 of files, and the `SHA256SUMS` file in the format of `sha256sum --check`.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::Distribution;

/// The file's name beside the plugin folder.
pub(super) const FILE_NAME: &str = "SHA256SUMS";

/// The SHA-256 of a file as 64 lower-case hex digits.
///
/// # Errors
/// When the file can't be read.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("reading {}", path.display()))?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
    }
    let mut hex = String::with_capacity(64);
    for byte in digest.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

/// Writes the file; its names are relative to its own folder, where `sha256sum -c` is run.
pub(super) fn write(distribution: &Distribution) -> Result<()> {
    let mut text = String::new();
    for built in &distribution.plugins {
        let _ = writeln!(text, "{}  plugins/{}", built.sha256, built.plugin.package);
    }
    let path = distribution.folder.join(FILE_NAME);
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // The one-block example of FIPS 180-2.
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "abc").expect("written");
        assert_eq!(
            sha256_of_file(file.path()).expect("readable"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

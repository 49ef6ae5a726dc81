//! SHA-256 of files, and the `SHA256SUMS` file in the format of `sha256sum --check`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use plugin_host::Checksum;

use super::Distribution;

/// The file's name beside the plugin folder.
pub(super) const FILE_NAME: &str = "SHA256SUMS";

/// Returns the SHA-256 of a file as 64 lower-case hex digits.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let sum = Checksum::of_file(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(sum.to_string())
}

/// Writes the file; its names are relative to its own folder, where `sha256sum -c` is run.
pub(super) fn write(distribution: &Distribution) -> Result<()> {
    let mut text = String::new();
    for built in &distribution.plugins {
        let _ = writeln!(text, "{}  plugins/{}", built.sha256, built.plugin.program);
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

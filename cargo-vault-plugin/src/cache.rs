//! The project's folder in the user's cache folder, which all checkouts share.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

/// The variable that moves the cache folder.
pub const CACHE_VARIABLE: &str = "CARGO_VAULT_PLUGIN_CACHE";

/// The project's folder in the user's cache folder.
const CACHE_FOLDER: &str = "vault-plugin-rust";

/// Returns the folder, which may not exist yet.
///
/// # Errors
/// Fails if neither [`CACHE_VARIABLE`], `XDG_CACHE_HOME` nor `HOME` names a folder.
pub fn folder() -> Result<PathBuf> {
    let named = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = named(CACHE_VARIABLE) {
        return Ok(folder);
    }
    // A relative XDG_CACHE_HOME is invalid by the specification and to be ignored.
    let base = named("XDG_CACHE_HOME")
        .filter(|folder| folder.is_absolute())
        .or_else(|| named("HOME").map(|home| home.join(".cache")));
    match base {
        Some(base) => Ok(base.join(CACHE_FOLDER)),
        None => bail!("no cache folder: HOME is not set; set {CACHE_VARIABLE} to a folder"),
    }
}

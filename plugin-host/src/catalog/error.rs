//! Why the catalog refuses.

use std::io;
use std::path::PathBuf;

use super::PluginType;

/// Why the catalog refuses, in the words of servers where they have some.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The host was made without a plugin directory.
    #[error("no plugin_directory is configured: external plugins can't be registered")]
    NoDirectory,
    /// The name is empty.
    #[error("invalid plugin name `{0}`: it must not be empty")]
    Name(String),
    /// The name or the command holds `..`.
    #[error("path cannot contain parent references")]
    ParentReference,
    /// The version is not a semantic one.
    #[error("`{0}` is not a semantic version with a leading v, such as v1.2.3")]
    Version(String),
    /// The plugin says that it is of another version.
    #[error(
        "plugin version mismatch: {name} reported version ({reported}) did not match requested \
         version ({requested})"
    )]
    VersionMismatch {
        /// The plugin's name.
        name: String,
        /// By the plugin.
        reported: String,
        /// By the registration.
        requested: String,
    },
    /// The type is unknown.
    #[error("unknown plugin type `{0}`: use auth or secret")]
    Type(String),
    /// The file lies elsewhere.
    #[error("cannot execute files outside of configured plugin directory: {0}")]
    Outside(String),
    /// The file is not there.
    #[error("cannot find {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// Why it can't be opened.
        source: io::Error,
    },
    /// Nothing is registered so.
    #[error("plugin not found in the catalog: {name}{}", version_text(version))]
    Unknown {
        /// Its type.
        kind: PluginType,
        /// Its name.
        name: String,
        /// The version that was asked for; empty for any.
        version: String,
    },
}

fn version_text(version: &str) -> String {
    if version.is_empty() { String::new() } else { format!(", version={version}") }
}

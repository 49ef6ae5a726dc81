//! Why the host can't do what it was asked to.

use super::catalog::{CatalogError, PluginType};
use super::launch::LaunchError;
use super::mounted_backend::InstanceError;

/// Why nothing can be mounted at a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// The path is empty or has empty or relative segments.
    #[error("invalid mount path `{0}`: use segments that are neither empty nor `.` or `..`")]
    Path(String),
    /// The path is the server's own.
    #[error("cannot mount \"{0}\"")]
    Reserved(String),
    /// Another mount is there, or in the way.
    #[error("path is already in use at {0}")]
    InUse(String),
    /// Nothing is mounted there.
    #[error("no matching mount at \"{0}\"")]
    NoMount(String),
}

/// Why the host can't do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The host is sealed.
    #[error("Vault is sealed")]
    Sealed,
    /// Nothing can be mounted there, or nothing is.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The catalog refuses.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The plugin can't be started.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The plugin does not answer as it should.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The plugin is of the other type.
    #[error(
        "the plugin is of type {found}, but {expected} was requested: enable it as its own type"
    )]
    WrongType {
        /// What it says that it is.
        found: PluginType,
        /// What the mount needs.
        expected: PluginType,
    },
    /// The backend's initialisation failed.
    #[error("cannot initialise the backend: {0}")]
    Initialize(String),
    /// A mount can't become one of the other kind.
    #[error(
        "cannot move a mount to `{0}`: a secrets engine cannot become an auth method, nor the reverse"
    )]
    OtherKind(String),
    /// The option `version` belongs to the engine `kv` alone.
    #[error("{} {plugin:?} does not allow setting a version", engine(*kind))]
    VersionOption {
        /// What was to be mounted.
        kind: PluginType,
        /// Of which plugin.
        plugin: String,
    },
    /// A lease of the mount can't be revoked. The mount stays, and takes no requests.
    #[error("{0}")]
    Revoke(String),
}

fn engine(kind: PluginType) -> &'static str {
    match kind {
        PluginType::Auth => "auth method",
        PluginType::Secret => "secrets engine",
    }
}

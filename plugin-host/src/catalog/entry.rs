//! One plugin of the catalog.

use std::fmt;
use std::str::FromStr;

use super::CatalogError;
use crate::launch::Checksum;
use plugin_runtime::BackendType;

/// The type of a plugin in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PluginType {
    /// An auth method.
    Auth,
    /// A secrets engine.
    Secret,
}

impl PluginType {
    /// Returns the backend type of a plugin of this type.
    pub fn backend_type(self) -> BackendType {
        match self {
            Self::Auth => BackendType::Auth,
            Self::Secret => BackendType::Secrets,
        }
    }
}

impl fmt::Display for PluginType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth => "auth",
            Self::Secret => "secret",
        })
    }
}

impl FromStr for PluginType {
    type Err = CatalogError;

    fn from_str(text: &str) -> Result<Self, CatalogError> {
        match text {
            "auth" => Ok(Self::Auth),
            "secret" => Ok(Self::Secret),
            _ => Err(CatalogError::Type(text.to_owned())),
        }
    }
}

impl From<BackendType> for PluginType {
    fn from(kind: BackendType) -> Self {
        match kind {
            BackendType::Auth => Self::Auth,
            BackendType::Secrets => Self::Secret,
        }
    }
}

/// A plugin's entry in the catalog: `<cli> plugin register -sha256=… secret mock`.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Registration {
    /// Secrets engine or auth method.
    pub kind: PluginType,
    /// The name in the catalog, by which mounts ask for it.
    pub name: String,
    /// The SHA-256 of its file.
    pub sha256: Checksum,
    /// The version, with its leading `v`; empty for none.
    pub version: String,
    command: Option<String>,
    args: Vec<String>,
    /// Variables of its environment.
    pub env: Vec<(String, String)>,
}

impl Registration {
    /// Creates an entry for a plugin whose file has its name.
    pub fn new(kind: PluginType, name: impl Into<String>, sha256: Checksum) -> Self {
        Self {
            kind,
            name: name.into(),
            sha256,
            version: String::new(),
            command: None,
            args: Vec::new(),
            env: Vec::new(),
        }
    }

    /// Sets the version, a semantic one with or without its leading `v`.
    #[must_use]
    pub fn with_version(mut self, version: impl AsRef<str>) -> Self {
        let version = version.as_ref();
        let bare = version.strip_prefix('v').unwrap_or(version);
        self.version = if bare.is_empty() { String::new() } else { format!("v{bare}") };
        self
    }

    /// Sets the file's name in the plugin directory, with arguments separated by blanks.
    #[must_use]
    pub fn with_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn with_arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Returns the file's name in the plugin directory.
    pub fn command(&self) -> &str {
        let command = self.command.as_deref().unwrap_or(&self.name);
        command.split(' ').next().unwrap_or(command)
    }

    /// Returns the arguments of the process.
    pub fn args(&self) -> Vec<String> {
        let command = self.command.as_deref().unwrap_or_default();
        let words = command.split(' ').skip(1).filter(|word| !word.is_empty()).map(str::to_owned);
        words.chain(self.args.iter().cloned()).collect()
    }
}

/// The environment may hold secrets.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("version", &self.version)
            .field("sha256", &self.sha256)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

pub(super) fn check_name(name: &str) -> Result<(), CatalogError> {
    if name.contains("..") {
        return Err(CatalogError::ParentReference);
    }
    if name.is_empty() { Err(CatalogError::Name(name.to_owned())) } else { Ok(()) }
}

pub(crate) fn check_version(version: &str) -> Result<(), CatalogError> {
    if version.is_empty() {
        return Ok(());
    }
    let wrong = || CatalogError::Version(version.to_owned());
    let bare = version.strip_prefix('v').ok_or_else(wrong)?;
    semver::Version::parse(bare).map(drop).map_err(|_| wrong())
}

/// Orders versions; none at all comes last, that is before every other in a choice.
pub(super) fn precedence(version: &str) -> (bool, Option<semver::Version>) {
    let bare = version.strip_prefix('v').unwrap_or(version);
    (version.is_empty(), semver::Version::parse(bare).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum() -> Checksum {
        "00".repeat(32).parse().unwrap()
    }

    #[test]
    fn a_command_holds_its_arguments_after_blanks() {
        let plugin = Registration::new(PluginType::Secret, "mock", sum());
        assert_eq!((plugin.command(), plugin.args()), ("mock", vec![]));
        let plugin = plugin.with_command("kv  --level 3").with_arg("a b");
        assert_eq!(plugin.command(), "kv");
        assert_eq!(plugin.args(), ["--level", "3", "a b"]);
    }

    #[test]
    fn versions_have_a_leading_v_and_an_order() {
        let plugin = Registration::new(PluginType::Auth, "mock", sum());
        assert_eq!(plugin.clone().with_version("1.2.3").version, "v1.2.3");
        assert_eq!(plugin.clone().with_version("v1.2.3").version, "v1.2.3");
        assert!(check_version(&plugin.with_version("1.2").version).is_err());
        assert!(precedence("v1.10.0") > precedence("v1.9.9"));
        assert!(precedence("") > precedence("v9.0.0"));
    }
}

//! What cargo knows about this workspace: its packages, its target folder.

use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// The workspace as `cargo metadata` describes it.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Workspace {
    /// Where build output goes; follows `CARGO_TARGET_DIR`.
    pub target_directory: PathBuf,
    /// The folder of the workspace manifest.
    pub workspace_root: PathBuf,
    /// The members, without packages from elsewhere.
    pub packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its `Cargo.toml` is.
    pub manifest_path: PathBuf,
    /// What it declares to depend on.
    pub dependencies: Vec<Dependency>,
    /// Its libraries, programs and tests.
    pub targets: Vec<Target>,
    /// The registries it may be published to; `None` means any, and an empty list means not
    /// published.
    #[serde(default)]
    publish: Option<Vec<String>>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

/// One line of a member's dependency tables.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Dependency {
    /// The package it names.
    pub name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    pub kind: Option<String>,
}

/// One thing cargo builds.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Target {
    /// Its name.
    pub name: String,
    /// `bin`, `lib`, `test`, ...
    pub kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    plugin: Option<Value>,
    docs: Option<Documentation>,
}

/// `[package.metadata.docs]`.
#[derive(Debug, Deserialize)]
struct Documentation {
    rs: Option<DocsRs>,
}

/// `[package.metadata.docs.rs]`: how the documentation is built.
#[derive(Debug, Deserialize)]
struct DocsRs {
    #[serde(default)]
    features: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace this xtask was built from.
    ///
    /// # Errors
    /// Fails if cargo cannot be run or says something that isn't understood.
    pub fn load() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version=1"])
            .output()
            .context("`cargo metadata` can't be started")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("reading the output of `cargo metadata`")
    }

    /// Returns the names of all members.
    #[must_use]
    pub fn member_names(&self) -> HashSet<&str> {
        self.packages.iter().map(|package| package.name.as_str()).collect()
    }
}

impl Package {
    /// Returns the folder of its manifest.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new(""))
    }

    /// Returns `[package.metadata.plugin]`: how servers know the plugin that it makes.
    #[must_use]
    pub fn plugin(&self) -> Option<&Value> {
        self.metadata.as_ref()?.plugin.as_ref()
    }

    /// Returns whether the package may be published.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }

    /// Returns whether other packages compile against this one: a published library, and not what
    /// is in a plugin or a command.
    #[must_use]
    pub fn has_public_api(&self) -> bool {
        let is_program = self.targets.iter().any(|target| target.is("bin"));
        self.is_published() && !is_program && self.library().is_some()
    }

    /// Returns the name of the library, as code uses it.
    #[must_use]
    pub fn library(&self) -> Option<&str> {
        let library =
            self.targets.iter().find(|target| target.is("lib") || target.is("proc-macro"));
        library.map(|target| target.name.as_str())
    }

    /// Returns the features with which the documentation is built, besides the default ones.
    #[must_use]
    pub fn documented_features(&self) -> &[String] {
        let docs = self.metadata.as_ref().and_then(|metadata| metadata.docs.as_ref());
        docs.and_then(|docs| docs.rs.as_ref()).map_or(&[], |rs| &rs.features)
    }
}

impl Target {
    /// Returns whether it is of this kind: `bin`, `test`, ...
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|own| own == kind)
    }
}

/// Creates the command of the cargo that runs this xtask, in the workspace's root.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Returns the workspace's root folder.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

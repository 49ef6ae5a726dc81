//! The plugins of a workspace: its packages with `[package.metadata.plugin]`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

/// Which packages are built.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Packages {
    /// A package to build; may be repeated. Default: all with `[package.metadata.plugin]` in their
    /// Cargo.toml.
    #[arg(short, long = "package", value_name = "NAME")]
    pub names: Vec<String>,
    /// The Cargo.toml of the workspace, or of a package in it. Default: that of the current folder.
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
}

impl Packages {
    /// Returns all plugins of the workspace that this `Cargo.toml` belongs to.
    pub fn of(manifest_path: impl Into<PathBuf>) -> Self {
        Self { manifest_path: Some(manifest_path.into()), ..Self::default() }
    }

    /// Returns a command of the cargo that runs this program, else of the one on the PATH.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg(subcommand);
        if let Some(path) = &self.manifest_path {
            command.arg("--manifest-path").arg(path);
        }
        command
    }

    /// Asks cargo about the plugins.
    ///
    /// # Errors
    /// Fails if there is no workspace, it has no plugin, or the metadata of one is incomplete.
    pub(crate) fn find(&self) -> Result<Found> {
        let output =
            self.cargo("metadata").args(["--no-deps", "--format-version=1"]).output().context(
                "`cargo metadata` can't be started; install cargo or set CARGO to its path",
            )?;
        if !output.status.success() {
            bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let workspace: Workspace = serde_json::from_slice(&output.stdout)
            .context("reading the output of `cargo metadata`")?;
        let plugins = workspace.plugins(&self.names)?;
        Ok(Found { target_directory: workspace.target_directory, plugins })
    }
}

/// The plugins, and where cargo builds them.
#[derive(Debug)]
pub(crate) struct Found {
    /// Follows `CARGO_TARGET_DIR`.
    pub(crate) target_directory: PathBuf,
    pub(crate) plugins: Vec<Plugin>,
}

/// A package that makes a plugin's executable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plugin {
    /// The package.
    pub package: String,
    /// The name of its executable.
    pub program: String,
    /// The version the plugin reports about itself, without a leading `v`.
    pub version: String,
    /// How servers know it.
    pub registration: Registration,
}

/// `[package.metadata.plugin]` of a package: how servers know the plugin.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registration {
    /// The plugin type of the server's catalog.
    pub kind: Kind,
    /// The name it is registered under, which is also what `secrets enable` gets.
    pub name: String,
    /// The name of the executable. Needed only if the package has several, and none of its own name.
    #[serde(default)]
    pub program: Option<String>,
    /// The size that the stripped release executable must stay below, in bytes.
    #[serde(default, rename = "max-bytes")]
    pub max_bytes: Option<u64>,
}

/// The plugin types of the server's catalog that can be built.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// A secrets engine.
    Secret,
    /// An auth method.
    Auth,
}

impl Kind {
    /// Returns the word of `plugin register` and of the catalog's path.
    #[must_use]
    pub fn catalog_type(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Auth => "auth",
        }
    }

    /// Returns the CLI's command that enables one: `secrets enable` or `auth enable`.
    #[must_use]
    pub fn enable_command(self) -> &'static str {
        match self {
            Self::Secret => "secrets",
            Self::Auth => "auth",
        }
    }
}

/// What `cargo metadata` says of a workspace.
#[derive(Debug, Deserialize)]
struct Workspace {
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    plugin: Option<Registration>,
}

impl Workspace {
    /// Returns the plugins of these packages, or all plugins if none is named.
    fn plugins(&self, names: &[String]) -> Result<Vec<Plugin>> {
        if names.is_empty() {
            let plugins = self.packages.iter().filter_map(|package| package.plugin().transpose());
            let plugins = plugins.collect::<Result<Vec<_>>>()?;
            if let (true, Some(package)) = (plugins.is_empty(), self.packages.first()) {
                bail!(
                    "no package of this workspace is a plugin; {}",
                    advice(&package.manifest_path)
                );
            }
            return Ok(plugins);
        }
        let named = |name: &String| {
            let package = self.packages.iter().find(|package| package.name == *name);
            let package =
                package.with_context(|| format!("the workspace has no package {name}"))?;
            package.plugin()?.with_context(|| {
                format!("the package {name} is not a plugin; {}", advice(&package.manifest_path))
            })
        };
        names.iter().map(named).collect()
    }
}

fn advice(manifest: &Path) -> String {
    format!(
        "add a table [package.metadata.plugin] to {}, with for example kind = \"secret\" (or \"auth\") \
         and name = \"mock\"",
        manifest.display()
    )
}

impl Package {
    /// Returns the plugin that this package makes; `None` if its metadata has none.
    fn plugin(&self) -> Result<Option<Plugin>> {
        let Some(registration) =
            self.metadata.as_ref().and_then(|metadata| metadata.plugin.clone())
        else {
            return Ok(None);
        };
        let program = self.program(registration.program.as_deref())?;
        let (package, version) = (self.name.clone(), self.version.clone());
        Ok(Some(Plugin { package, program, version, registration }))
    }

    /// Returns the executable that is the plugin: the one that is named, else the one named like the package,
    /// else the only one.
    fn program(&self, named: Option<&str>) -> Result<String> {
        let programs =
            self.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "bin"));
        let programs: Vec<&str> = programs.map(|target| target.name.as_str()).collect();
        let wanted = named.unwrap_or(&self.name);
        let found = match programs.as_slice() {
            names if names.contains(&wanted) => Some(wanted),
            [only] if named.is_none() => Some(*only),
            _ => None,
        };
        found.map(str::to_owned).with_context(|| {
            let manifest = self.manifest_path.display();
            match (programs.is_empty(), named) {
                (true, _) => {
                    format!("{manifest}: the package builds no executable; add src/main.rs")
                }
                (false, Some(name)) => {
                    format!("{manifest}: the package builds no executable {name}")
                }
                (false, None) => format!(
                    "{manifest}: the package builds several executables; name the plugin with \
                     program = \"{}\" in [package.metadata.plugin]",
                    programs.first().unwrap_or(&"")
                ),
            }
        })
    }
}

#[cfg(test)]
impl Plugin {
    /// Returns a plugin of this kind and name.
    pub(crate) fn sample(package: &str, version: &str, kind: Kind, name: &str) -> Self {
        let registration = Registration { kind, name: name.into(), program: None, max_bytes: None };
        let (program, version) = (package.to_owned(), version.to_owned());
        Self { package: package.to_owned(), program, version, registration }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(programs: &[&str]) -> Package {
        let target =
            |name: &&str| Target { name: (*name).to_owned(), kind: vec!["bin".to_owned()] };
        Package {
            name: "engine".to_owned(),
            version: "1.0.0".to_owned(),
            manifest_path: "engine/Cargo.toml".into(),
            targets: programs.iter().map(target).collect(),
            metadata: None,
        }
    }

    #[test]
    fn the_executable_is_named_or_evident() {
        let program = |programs: &[&str], named| package(programs).program(named);
        for (programs, named, expected) in [
            (&["engine", "tool"][..], None, "engine"),
            (&["plugin"], None, "plugin"),
            (&["plugin", "tool"], Some("plugin"), "plugin"),
        ] {
            assert_eq!(program(programs, named).unwrap(), expected);
        }
        for (programs, named, expected) in [
            (
                &["plugin", "tool"][..],
                None,
                "several executables; name the plugin with program = \"plugin\"",
            ),
            (&["plugin"], Some("other"), "builds no executable other"),
            (&[], None, "add src/main.rs"),
        ] {
            let error = program(programs, named).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn what_is_no_plugin_is_refused_with_the_lines_that_make_it_one() {
        let workspace =
            Workspace { target_directory: PathBuf::new(), packages: vec![package(&["engine"])] };
        for (names, part) in [
            (vec![], "no package of this workspace is a plugin"),
            (vec!["engine".to_owned()], "the package engine is not a plugin"),
            (vec!["other".to_owned()], "the workspace has no package other"),
        ] {
            let error = workspace.plugins(&names).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let error = workspace.plugins(&[]).unwrap_err().to_string();
        assert!(error.contains("[package.metadata.plugin] to engine/Cargo.toml"), "{error}");
    }
}

//! `cargo xtask dist`: the plugin executables as an operator gets them.
//!
//! `target/dist/plugins/` holds nothing but the executables, so that it can serve as a server's
//! `plugin_directory`. Beside it lie `SHA256SUMS` and `REGISTER.md`.

mod checksum;
mod folder;
mod register;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

pub use checksum::sha256_of_file;
pub use register::arguments as register_arguments;

use crate::command;
use crate::terminal;
use crate::workspace::{Plugin, Workspace, cargo};

/// What `cargo xtask dist` can be told.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {}

/// Which of cargo's profiles the plugins are built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What is shipped: optimised, stripped, checked against its size budget.
    Release,
    /// Quick to build, for work on the plugins; no size budget.
    Debug,
}

impl Profile {
    /// The folder below cargo's target folder that cargo builds into.
    fn build_folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }

    /// The folder below cargo's target folder that the result goes to.
    fn dist_folder(self) -> &'static str {
        match self {
            Self::Release => "dist",
            Self::Debug => "dist-debug",
        }
    }
}

/// The finished folder.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Distribution {
    /// `target/dist`.
    pub folder: PathBuf,
    /// `target/dist/plugins`, absolute and without symbolic links, as servers demand.
    pub plugin_directory: PathBuf,
    /// The plugins in it.
    pub plugins: Vec<BuiltPlugin>,
}

/// One executable of a [`Distribution`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BuiltPlugin {
    /// Its package and registration.
    pub plugin: Plugin,
    /// SHA-256 of the file, as 64 hex digits: what `plugin register -sha256` gets.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl Distribution {
    /// A folder that was built earlier, as `plugin_directory` names it.
    ///
    /// # Errors
    /// When a plugin of the workspace is not in it.
    pub fn open(plugin_directory: &Path) -> Result<Self> {
        let remedy =
            || format!("{} lacks a plugin: run `cargo xtask dist`", plugin_directory.display());
        let plugin_directory = fs::canonicalize(plugin_directory).with_context(remedy)?;
        let mut built = Vec::new();
        for plugin in Workspace::load()?.plugins()? {
            built.push(BuiltPlugin::read(plugin, &plugin_directory).with_context(remedy)?);
        }
        let folder = plugin_directory.parent().unwrap_or(&plugin_directory).to_owned();
        Ok(Self { folder, plugin_directory, plugins: built })
    }

    /// The plugin of this package, for example `backend-kv-mock`.
    ///
    /// # Errors
    /// When the workspace builds no such plugin.
    pub fn plugin(&self, package: &str) -> Result<&BuiltPlugin> {
        self.plugins
            .iter()
            .find(|built| built.plugin.package == package)
            .with_context(|| format!("no plugin {package} in {}", self.plugin_directory.display()))
    }
}

impl BuiltPlugin {
    fn read(plugin: Plugin, plugin_directory: &Path) -> Result<Self> {
        let path = plugin_directory.join(&plugin.package);
        let bytes = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
        Ok(Self { sha256: sha256_of_file(&path)?, bytes, plugin })
    }
}

/// Runs the subcommand.
///
/// # Errors
/// When the build fails or an executable is larger than its budget.
pub fn run(_options: &Options) -> Result<()> {
    let distribution = build(Profile::Release)?;
    for built in &distribution.plugins {
        terminal::say(&format!(
            "{:>9} bytes of at most {}  {}",
            built.bytes, built.plugin.registration.max_bytes, built.plugin.package
        ));
    }
    for name in ["plugins", checksum::FILE_NAME, register::FILE_NAME] {
        terminal::say(&distribution.folder.join(name).display().to_string());
    }
    check_sizes(&distribution.plugins)
}

/// Builds all plugins and lays out the folder.
///
/// Sizes are another matter, see [`check_sizes`]: too large a plugin still runs.
///
/// # Errors
/// When the build fails.
pub fn build(profile: Profile) -> Result<Distribution> {
    let workspace = Workspace::load()?;
    let plugins = workspace.plugins()?;
    if plugins.is_empty() {
        bail!("the workspace has no package named backend-* with a program: nothing to build");
    }
    compile(profile, &plugins)?;
    lay_out(profile, &workspace.target_directory, plugins)
}

fn compile(profile: Profile, plugins: &[Plugin]) -> Result<()> {
    let mut command = cargo();
    command.arg("build");
    if profile == Profile::Release {
        command.arg("--release");
    }
    for plugin in plugins {
        command.args(["--package", &plugin.package, "--bin", &plugin.package]);
    }
    let label = format!("building the plugins ({})", profile.build_folder());
    let finished = command::run(&label, &mut command)?;
    if finished.status.success() {
        return Ok(());
    }
    if terminal::shows_bars() {
        terminal::note(&finished.output);
    }
    bail!("the plugins can't be built{}", remedy(&finished.output));
}

/// What to do about a build that failed for want of something on this machine.
fn remedy(output: &str) -> &'static str {
    let no_linker = output.contains("linker `") && output.contains("not found");
    if no_linker || output.contains("failed to find tool") || output.contains("is `cc` not") {
        ": no C compiler was found; install one (gcc or clang), it links the executables"
    } else if output.contains("failed to download") || output.contains("Could not resolve host") {
        ": crates could not be downloaded; check the network, or run `cargo fetch` where there is one"
    } else {
        "; the compiler's own words are above"
    }
}

fn lay_out(profile: Profile, target: &Path, plugins: Vec<Plugin>) -> Result<Distribution> {
    let folder = target.join(profile.dist_folder());
    let plugin_directory = folder.join("plugins");
    fs::create_dir_all(&plugin_directory)
        .with_context(|| format!("creating {}", plugin_directory.display()))?;
    let plugin_directory = fs::canonicalize(&plugin_directory)
        .with_context(|| format!("resolving {}", plugin_directory.display()))?;

    let mut built = Vec::with_capacity(plugins.len());
    for plugin in plugins {
        let from = target.join(profile.build_folder()).join(&plugin.package);
        let to = plugin_directory.join(&plugin.package);
        folder::replace_executable(&from, &to)?;
        built.push(BuiltPlugin::read(plugin, &plugin_directory)?);
    }
    folder::remove_others(&plugin_directory, &built)?;

    let distribution = Distribution { folder, plugin_directory, plugins: built };
    checksum::write(&distribution)?;
    register::write(&distribution)?;
    Ok(distribution)
}

/// Holds release executables to the budgets of their packages.
///
/// # Errors
/// When one is as large as its budget or larger.
pub fn check_sizes(plugins: &[BuiltPlugin]) -> Result<()> {
    for built in plugins {
        let limit = built.plugin.registration.max_bytes;
        if built.bytes >= limit {
            bail!(
                "{} has {} bytes, its budget is under {limit}; find what grew (`cargo tree`, \
                 `cargo bloat`) or change max-bytes in its Cargo.toml",
                built.plugin.package,
                built.bytes
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Kind, Registration};

    fn built(bytes: u64) -> BuiltPlugin {
        let registration = Registration { kind: Kind::Secret, name: "mock".into(), max_bytes: 100 };
        let plugin = Plugin { package: "backend-x".into(), version: "0.1.0".into(), registration };
        BuiltPlugin { plugin, sha256: "ab".repeat(32), bytes }
    }

    #[test]
    fn an_executable_as_large_as_its_budget_is_refused() {
        assert!(check_sizes(&[built(99)]).is_ok());
        let error = check_sizes(&[built(99), built(100)]).expect_err("too large");
        assert!(error.to_string().contains("100 bytes"), "{error}");
    }

    #[test]
    fn a_missing_compiler_is_named() {
        assert!(remedy("error: linker `cc` not found").contains("gcc"));
        assert!(!remedy("error[E0308]: mismatched types").contains("gcc"));
    }
}

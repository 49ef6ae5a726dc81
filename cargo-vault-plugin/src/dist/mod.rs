//! The subcommand `dist`: the plugin executables as an operator gets them.
//!
//! `target/dist/plugins/` holds nothing but the executables, so that it can serve as a server's
//! `plugin_directory`. Beside it lie `SHA256SUMS` and `REGISTER.md`.

mod checksum;
mod executables;
mod folder;
mod register;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

pub use checksum::sha256_of_file;
use executables::Executables;
pub use register::arguments as register_arguments;

pub use crate::plugin::Packages;

use crate::command;
use crate::plugin::Plugin;
use crate::terminal;

/// The options of the subcommand `dist`.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Which packages are built.
    #[command(flatten)]
    pub packages: Packages,
}

/// Which of cargo's profiles the plugins are built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What is shipped: the workspace's profile `release`, checked against size budgets.
    Release,
    /// Quick to build, for work on the plugins; no size budget.
    Debug,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }

    /// Returns the folder below cargo's target folder that the result goes to.
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
    /// Opens a folder that was built earlier, as `plugin_directory` names it.
    ///
    /// # Errors
    /// Fails if one of the packages' plugins is not in it.
    pub fn open(packages: &Packages, plugin_directory: &Path) -> Result<Self> {
        let remedy = || {
            let folder = plugin_directory.display();
            format!("{folder} lacks a plugin; build it with the subcommand `dist`")
        };
        let plugin_directory = fs::canonicalize(plugin_directory).with_context(remedy)?;
        let mut built = Vec::new();
        for plugin in packages.find()?.plugins {
            built.push(BuiltPlugin::read(plugin, &plugin_directory).with_context(remedy)?);
        }
        let folder = plugin_directory.parent().unwrap_or(&plugin_directory).to_owned();
        Ok(Self { folder, plugin_directory, plugins: built })
    }

    /// Returns the plugin of this package, for example `backend-kv-mock`.
    ///
    /// # Errors
    /// Fails if it is not among those that were built.
    pub fn plugin(&self, package: &str) -> Result<&BuiltPlugin> {
        self.plugins
            .iter()
            .find(|built| built.plugin.package == package)
            .with_context(|| format!("no plugin {package} in {}", self.plugin_directory.display()))
    }
}

impl BuiltPlugin {
    fn read(plugin: Plugin, plugin_directory: &Path) -> Result<Self> {
        let path = plugin_directory.join(&plugin.program);
        let bytes = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
        Ok(Self { sha256: sha256_of_file(&path)?, bytes, plugin })
    }
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if the build fails or an executable is larger than its budget.
pub fn run(options: &Options) -> Result<()> {
    let distribution = build(&options.packages, Profile::Release)?;
    for built in &distribution.plugins {
        let limit = built.plugin.registration.max_bytes;
        let limit = limit.map(|limit| format!(" of at most {limit}")).unwrap_or_default();
        terminal::say(&format!("{:>9} bytes{limit}  {}", built.bytes, built.plugin.program));
    }
    for name in ["plugins", checksum::FILE_NAME, register::FILE_NAME] {
        terminal::say(&distribution.folder.join(name).display().to_string());
    }
    check_sizes(&distribution.plugins)
}

/// Builds the plugins and lays out the folder.
///
/// Sizes are another matter, see [`check_sizes`]: too large a plugin still runs.
///
/// # Errors
/// Fails if there is no plugin, or the build fails.
pub fn build(packages: &Packages, profile: Profile) -> Result<Distribution> {
    let found = packages.find()?;
    let executables = compile(packages, profile, &found.plugins)?;
    lay_out(profile, &found.target_directory, found.plugins, &executables)
}

/// Compiles the plugins, and returns where cargo has put their executables.
fn compile(packages: &Packages, profile: Profile, plugins: &[Plugin]) -> Result<Executables> {
    let mut command = packages.cargo("build");
    command.arg("--message-format=json-render-diagnostics");
    if profile == Profile::Release {
        command.arg("--release");
    }
    for plugin in plugins {
        command.args(["--package", &plugin.package, "--bin", &plugin.program]);
    }
    let label = format!("building the plugins ({})", profile.name());
    let mut executables = Executables::default();
    let finished = command::run_reading(&label, &mut command, |line| executables.read(line))?;
    if finished.status.success() {
        return Ok(executables);
    }
    if terminal::shows_bars() {
        terminal::note(&finished.output);
    }
    bail!("the plugins can't be built{}", remedy(&finished.output));
}

/// Returns what to do about a build that failed for lack of something on this machine.
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

fn lay_out(
    profile: Profile,
    target: &Path,
    plugins: Vec<Plugin>,
    executables: &Executables,
) -> Result<Distribution> {
    let folder = target.join(profile.dist_folder());
    let plugin_directory = folder.join("plugins");
    fs::create_dir_all(&plugin_directory)
        .with_context(|| format!("creating {}", plugin_directory.display()))?;
    let plugin_directory = fs::canonicalize(&plugin_directory)
        .with_context(|| format!("resolving {}", plugin_directory.display()))?;

    let mut built = Vec::with_capacity(plugins.len());
    for plugin in plugins {
        let to = plugin_directory.join(&plugin.program);
        folder::replace_executable(executables.of(&plugin)?, &to)?;
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
/// Fails if one is as large as its budget or larger.
pub fn check_sizes(plugins: &[BuiltPlugin]) -> Result<()> {
    for built in plugins {
        let Some(limit) = built.plugin.registration.max_bytes else { continue };
        if built.bytes >= limit {
            bail!(
                "{} has {} bytes, its budget is under {limit}; find what grew (`cargo tree`, \
                 `cargo bloat`) or change max-bytes in its Cargo.toml",
                built.plugin.program,
                built.bytes
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Kind;

    fn built(bytes: u64, max_bytes: Option<u64>) -> BuiltPlugin {
        let mut plugin = Plugin::sample("backend-x", "0.1.0", Kind::Secret, "mock");
        plugin.registration.max_bytes = max_bytes;
        BuiltPlugin { plugin, sha256: "ab".repeat(32), bytes }
    }

    #[test]
    fn an_executable_as_large_as_its_budget_is_refused() {
        let limit = Some(100);
        assert!(check_sizes(&[built(99, limit), built(1000, None)]).is_ok());
        let error = check_sizes(&[built(99, limit), built(100, limit)]).expect_err("too large");
        assert!(error.to_string().contains("100 bytes"), "{error}");
    }

    #[test]
    fn a_missing_compiler_is_named() {
        assert!(remedy("error: linker `cc` not found").contains("gcc"));
        assert!(!remedy("error[E0308]: mismatched types").contains("gcc"));
    }
}

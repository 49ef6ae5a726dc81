//! `cargo xtask dist`: the plugins of this workspace as an operator gets them.

use std::path::Path;

use anyhow::Result;
use cargo_vault_plugin::dist::{self, Packages};

pub use cargo_vault_plugin::dist::{
    BuiltPlugin, Distribution, Options, Profile, check_sizes, register_arguments, sha256_of_file,
};

use crate::workspace;

/// Runs the subcommand.
///
/// # Errors
/// Fails if the build fails or an executable is larger than its budget.
pub fn run(options: &Options) -> Result<()> {
    let mut options = options.clone();
    options.packages = of_this_workspace(&options.packages);
    dist::run(&options)
}

/// Builds all plugins and lays out the folder.
///
/// # Errors
/// Fails if the build fails.
pub fn build(profile: Profile) -> Result<Distribution> {
    dist::build(&of_this_workspace(&Packages::default()), profile)
}

/// Opens a folder that was built earlier, as `plugin_directory` names it.
///
/// # Errors
/// Fails if a plugin of the workspace is not in it.
pub fn open(plugin_directory: &Path) -> Result<Distribution> {
    Distribution::open(&of_this_workspace(&Packages::default()), plugin_directory)
}

/// Returns the same packages, of this workspace unless another is named.
pub(crate) fn of_this_workspace(packages: &Packages) -> Packages {
    let mut packages = packages.clone();
    packages.manifest_path.get_or_insert_with(|| workspace::root().join("Cargo.toml"));
    packages
}

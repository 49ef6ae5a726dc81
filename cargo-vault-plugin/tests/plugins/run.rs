//! The command, and the plugins that it is tried on.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use cargo_vault_plugin::dist::{self, Distribution, Packages, Profile};
use tempfile::TempDir;

/// Where files that may be run can be made.
const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");

/// The `Cargo.toml` of the workspace with the mock plugins.
pub(crate) const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

/// The plugins of this workspace, built once.
pub(crate) fn distribution() -> &'static Distribution {
    static BUILT: OnceLock<Distribution> = OnceLock::new();
    BUILT.get_or_init(|| dist::build(&Packages::of(MANIFEST), Profile::Debug).expect("the plugins"))
}

/// The plugin of this package.
pub(crate) fn plugin(package: &str) -> PathBuf {
    distribution().plugin_directory.join(package)
}

/// A script that is not a plugin: it prints a line that is not a handshake.
pub(crate) fn banner() -> (TempDir, PathBuf) {
    let folder = scratch();
    let path = folder.path().join("banner");
    fs::write(&path, "#!/bin/sh\necho Welcome\n").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    (folder, path)
}

pub(crate) fn scratch() -> TempDir {
    tempfile::tempdir_in(SCRATCH).unwrap()
}

/// Runs a subcommand, the first of the words, on an executable.
pub(crate) fn run(words: &[&str], binary: &Path) -> Output {
    let mut command = command();
    command.args(words.iter().take(1)).arg(binary).args(words.iter().skip(1));
    command.output().unwrap()
}

/// The command without arguments.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vault-plugin"));
    command.stdin(Stdio::null());
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

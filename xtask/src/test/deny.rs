//! Licences, sources and duplicates of all dependencies: `cargo deny`, installed once per user.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::phase::Phases;
use crate::workspace::{cargo, root};
use cargo_vault_plugin::cache;
use cargo_vault_plugin::command;

/// The phase's name.
const NAME: &str = "licences, sources and duplicates";

/// The version of cargo-deny; `.github/workflows/ci.yml` installs the same.
const VERSION: &str = "0.20.2";

/// Checks the dependencies against `deny.toml`; skips the check if cargo-deny cannot be installed.
///
/// The advisories are left to `.github/workflows/ci.yml`: their database changes without a change
/// of this workspace, and is not on a package registry.
pub(super) fn check(phases: &mut Phases) {
    let program = match program() {
        Ok(program) => program,
        Err(error) => return phases.skip(NAME, &format!("{error:#}")),
    };
    phases.run(NAME, || {
        let status = Command::new(&program)
            .current_dir(root())
            .args(["--workspace", "--locked", "check", "bans", "licenses", "sources"])
            .status()
            .with_context(|| format!("{} can't be started", program.display()))?;
        if !status.success() {
            bail!("`cargo deny check bans licenses sources` failed ({status}); see deny.toml");
        }
        Ok(())
    });
}

/// Returns the cargo-deny of [`VERSION`], out of the cache or installed into it.
fn program() -> Result<PathBuf> {
    let root = cache::folder()?.join(format!("cargo-deny-{VERSION}"));
    let program = root.join("bin").join("cargo-deny");
    if has_version(&program) {
        return Ok(program);
    }
    let mut install = cargo();
    install.args(["install", "--locked", "--force", "--version", VERSION, "--root"]);
    install.arg(&root).arg("cargo-deny");
    let finished = command::run(&format!("installing cargo-deny {VERSION}"), &mut install)?;
    if !finished.status.success() {
        let reason = finished.output.lines().rev().find(|line| !line.trim().is_empty());
        bail!("cargo-deny {VERSION} can't be installed: {}", reason.unwrap_or("no output").trim());
    }
    if !has_version(&program) {
        bail!("{} is not cargo-deny {VERSION}", program.display());
    }
    Ok(program)
}

fn has_version(program: &Path) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).trim() == format!("cargo-deny {VERSION}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workflow_installs_the_same_version() {
        let workflow =
            std::fs::read_to_string(root().join(".github/workflows/ci.yml")).expect("the workflow");
        let line = format!("cargo install --locked --version {VERSION} cargo-deny");
        assert!(workflow.contains(&line), "the workflow lacks `{line}`");
    }

    #[test]
    fn another_program_is_not_taken_for_cargo_deny() {
        assert!(!has_version(Path::new("/bin/true")));
        assert!(!has_version(Path::new("/no/such/program")));
    }
}

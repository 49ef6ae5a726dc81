//! `cargo xtask fuzz`: runs one fuzz target under libFuzzer, which coverage guides.
//!
//! It runs the command of `fuzz/README.md`, word for word, so that the command stays a working one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::workspace::{cargo, root};
use cargo_vault_plugin::terminal::{note, say};

/// The version of cargo-bolero that fits the crate `bolero` of this workspace.
const BOLERO_VERSION: &str = "0.13.5";

/// The folder of the targets and their seeds.
const TARGETS: &str = "fuzz/tests/__fuzz__";

/// The options of `cargo xtask fuzz`.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The fuzz target: a folder of fuzz/tests/__fuzz__
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// How long to try inputs, in seconds
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if the target does not exist, cargo-bolero is missing, or an input fails.
pub fn run(options: &Options) -> Result<()> {
    let targets = targets(&root().join(TARGETS))?;
    let target = &options.target;
    if !targets.contains(target) {
        bail!("no fuzz target is named `{target}`; there are: {}", targets.join(", "));
    }
    let installed = cargo()
        .args(["bolero", "--version"])
        .output()
        .context("`cargo bolero --version` can't be started")?;
    if !installed.status.success() {
        bail!("cargo-bolero is not installed; install it with `{}`", line(&installation()));
    }
    let arguments = arguments(target, options.seconds);
    note(&format!("running `{}`", line(&arguments)));
    let status = cargo().args(&arguments).status().context("`cargo bolero` can't be started")?;
    if !status.success() {
        bail!(
            "the fuzz target {target} failed ({status}); if an input is the cause, it is in {}",
            crashes(target)
        );
    }
    say(&format!("{target}: no input failed; new inputs are in {}", corpus(target)));
    Ok(())
}

/// Returns the names of the targets, sorted.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let listed =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = listed
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Returns what follows `cargo` in the command that runs a target.
///
/// libFuzzer writes to the first folders that it is given, and only reads the folder of seeds.
fn arguments(target: &str, seconds: u64) -> Vec<String> {
    [
        "bolero test --rustc-bootstrap --package plugin-fuzz",
        &format!("-T {seconds}s --corpus-dir {} --crashes-dir {}", corpus(target), crashes(target)),
        &format!("{target} --engine-args {TARGETS}/{target}/corpus"),
    ]
    .iter()
    .flat_map(|part| part.split(' ').map(ToOwned::to_owned))
    .collect()
}

/// Returns what follows `cargo` in the command that installs cargo-bolero.
fn installation() -> Vec<String> {
    ["install", "--locked", "--version", BOLERO_VERSION, "cargo-bolero"].map(Into::into).to_vec()
}

/// Returns the folder of new inputs, which git ignores.
fn corpus(target: &str) -> String {
    format!("target/fuzz/{target}/corpus")
}

/// Returns the folder of inputs that fail, which git ignores.
fn crashes(target: &str) -> String {
    format!("target/fuzz/{target}/crashes")
}

fn line(arguments: &[String]) -> String {
    format!("cargo {}", arguments.join(" "))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_readme_has_the_commands_word_for_word() {
        let readme = fs::read_to_string(root().join("fuzz/README.md")).expect("read");
        let readme = readme.replace(" \\\n    ", " ");
        for command in [line(&installation()), line(&arguments("handshake_line", 60))] {
            assert!(readme.lines().any(|line| line == command), "fuzz/README.md lacks `{command}`");
        }
    }

    #[test]
    fn new_inputs_go_to_folders_that_git_ignores() {
        for target in targets(&root().join(TARGETS)).expect("the targets") {
            for folder in [corpus(&target), crashes(&target)] {
                let ignored = Command::new("git")
                    .current_dir(root())
                    .args(["check-ignore", "--quiet", &format!("{folder}/input")])
                    .status()
                    .expect("git");
                assert!(ignored.success(), "git does not ignore {folder}");
            }
        }
    }

    #[test]
    fn an_unknown_target_is_refused_with_the_known_ones() {
        let options = Options { target: "nonesuch".to_owned(), seconds: 1 };
        let error = run(&options).expect_err("unknown").to_string();
        assert!(error.contains("`nonesuch`") && error.contains("handshake_line"), "{error}");
    }
}

//! `cargo xtask test`: all checks and all tests, with a summary that tells what did not run.

mod counts;
mod phase;
mod servers;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::codegen;
use crate::dist::{self, Profile};
use crate::go_peer;
use crate::tidy;
use crate::workspace::Workspace;
use phase::Phases;
use servers::Servers;

/// The variable that names the newest server for the tests on real servers.
pub const NEWEST_VARIABLE: &str = "XTASK_SERVER_NEWEST";

/// The variable that names the oldest server for the tests on real servers.
pub const OLDEST_VARIABLE: &str = "XTASK_SERVER_OLDEST";

/// The variable that names the folder of the plugins under test.
pub const PLUGINS_VARIABLE: &str = "XTASK_PLUGIN_DIRECTORY";

/// The variable by which tests that run three ways find the newest server: the one that authors of
/// plugins set as well.
pub const THREE_WAYS_VARIABLE: &str = "PLUGIN_TEST_SERVER";

/// The integration test of this crate that talks to real servers.
const SERVER_TEST: &str = "server";

/// What `cargo xtask test` can be told.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Leave out the tests on real servers.
    #[arg(long)]
    pub skip_server: bool,
    /// The server binary to test with, instead of the newest pinned OpenBao.
    #[arg(long, value_name = "PATH", conflicts_with = "skip_server")]
    pub server: Option<PathBuf>,
}

/// Runs the subcommand: all phases, also after one that failed.
///
/// # Errors
/// When a phase failed, or, where `CI` is `true`, when anything was skipped.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let mut phases = Phases::default();
    phases.cargo("format", &["fmt", "--all", "--check"], &[]);
    phases.cargo(
        "clippy",
        &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"],
        &[],
    );
    phases.cargo(
        "documentation",
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    );
    phases.run("generated code", || codegen::run(true));
    phases.run("tidy", tidy::run);
    let peer = go_peer(&mut phases, &workspace);
    let servers = match options.skip_server {
        true => None,
        false => phases.run("servers", || Servers::find(options.server.as_deref())),
    };
    let three_ways = servers.as_ref().map(Servers::three_ways);
    let variables: Vec<_> = peer
        .iter()
        .map(|path| (go_peer::VARIABLE, path.as_str()))
        .chain(three_ways.iter().map(|(name, path)| (*name, path.as_str())))
        .collect();
    let all = ["test", "--workspace", "--exclude", "xtask", "--features", "plugin-runtime/host"];
    phases.cargo("unit, wire, host and doc tests", &all, &variables);
    for half in ["client", "server"] {
        phases.cargo(
            &format!("plugin-proto with the {half} half alone"),
            &["check", "--package", "plugin-proto", "--no-default-features", "--features", half],
            &[],
        );
    }
    // `--test wire` alone would test an example that was built with other features.
    let other_tls = ["--no-default-features", "--features", "aws-lc-rs,multi-thread"];
    for (name, command) in [
        (
            "the wire tests' plugin, with aws-lc-rs",
            ["build", "--example", "wire_backend"].as_slice(),
        ),
        ("wire tests with aws-lc-rs on several threads", &["test", "--lib", "--test", "wire"]),
    ] {
        let package = ["--package", "plugin-runtime"];
        phases.cargo(name, &[command, &package, &other_tls].concat(), &[]);
    }
    let own = own_tests(&workspace);
    phases.cargo("tests of xtask", &own.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    phases.cargo("the README's example", &["test", "--package", "xtask", "--doc"], &[]);
    counts::check(&mut phases);
    let distribution = phases.run("dist", || dist::build(Profile::Release));
    if let Some(distribution) = &distribution {
        phases.run("sizes of the plugins", || dist::check_sizes(&distribution.plugins));
    } else {
        phases.skip("sizes of the plugins", "the plugins could not be built");
    }
    match distribution {
        _ if options.skip_server => phases.skip("tests on real servers", "--skip-server was given"),
        None => phases.skip("tests on real servers", "the plugins could not be built"),
        Some(distribution) => match servers {
            None => phases.skip("tests on real servers", "no server was found"),
            Some(servers) => servers.test(&mut phases, &distribution.plugin_directory),
        },
    }
    phases.finish()
}

/// The plugin in Go, where there is Go.
fn go_peer(phases: &mut Phases, workspace: &Workspace) -> Option<String> {
    if !go_peer::has_go() {
        phases.skip("the plugin in Go", "there is no Go on this machine");
        return None;
    }
    let build = || go_peer::build(&workspace.workspace_root, &workspace.target_directory);
    phases.run("the plugin in Go", build).map(|path| path.display().to_string())
}

/// The arguments that run this crate's tests without those on real servers.
fn own_tests(workspace: &Workspace) -> Vec<String> {
    let mut arguments: Vec<String> =
        ["test", "--package", "xtask", "--lib", "--bins"].map(str::to_owned).into();
    let own = workspace.packages.iter().filter(|package| package.name == "xtask");
    for target in own.flat_map(|package| &package.targets) {
        if target.is("test") && target.name != SERVER_TEST {
            arguments.extend(["--test".to_owned(), target.name.clone()]);
        }
    }
    arguments
}

/// Turns what was skipped into a failure where everything must run.
fn refuse_skips(skipped: usize, ci: bool) -> Result<()> {
    if ci && skipped > 0 {
        bail!("{skipped} phases were skipped, and with CI=true that is a failure");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_fails_only_in_ci() {
        assert!(refuse_skips(1, false).is_ok());
        assert!(refuse_skips(0, true).is_ok());
        assert!(refuse_skips(1, true).is_err());
    }
}

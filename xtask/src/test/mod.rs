//! `cargo xtask test`: all checks and all tests, or some of them, with a summary that says what did
//! not run.

mod counts;
mod deny;
mod group;
mod phase;
mod servers;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum as _};

use crate::codegen;
use crate::dist::{self, Profile};
use crate::public_api;
use crate::tidy;
use crate::workspace::Workspace;
use crate::{go_peer, go_plugins};
use cargo_vault_plugin::terminal::say;
use group::{Group, Selection};
use phase::Phases;

pub use phase::INAPPLICABLE;
use servers::{Builds, Servers};

/// The variable that names the folder of the plugins under test.
pub const PLUGINS_VARIABLE: &str = "XTASK_PLUGIN_DIRECTORY";

/// The variable by which tests that run three ways find the newest OpenBao: the one that authors of
/// plugins set as well.
pub const THREE_WAYS_VARIABLE: &str = "PLUGIN_TEST_SERVER";

/// The integration test of this crate that talks to real servers.
const SERVER_TEST: &str = "server";

/// Every member but the commands, always with the same features, so that no group builds again what
/// another has built.
const MEMBERS: [&str; 5] = ["--workspace", "--exclude", "xtask", "--exclude", "cargo-vault-plugin"];

/// The commands, which are built apart from the other members.
const COMMANDS: [&str; 6] =
    ["--package", "xtask", "--package", "cargo-vault-plugin", "--lib", "--bins"];

/// The options of `cargo xtask test`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "Examples:
  cargo xtask test                   everything, as in continuous integration
  cargo xtask test lints unit        two groups
  cargo xtask test leases            the tests with `leases` in their name, in every group
  cargo xtask test server leases     the same among the tests on OpenBao
  cargo xtask test vault             the tests on HashiCorp Vault")]
#[non_exhaustive]
pub struct Options {
    /// Groups to run (see --list), and parts of the names of tests; everything if there is none
    #[arg(value_name = "GROUP|NAME")]
    pub select: Vec<String>,
    /// List the groups and exit
    #[arg(long)]
    pub list: bool,
    /// Leave out the tests on real servers
    #[arg(long)]
    pub skip_server: bool,
    /// The server to test with, alone, instead of each version that is tested: a path, or a name
    /// such as vault-1.12.0
    #[arg(long, value_name = "PATH|NAME", conflicts_with = "skip_server")]
    pub server: Option<PathBuf>,
}

/// Runs the subcommand: all selected phases, also after one that failed.
///
/// # Errors
/// Fails if a phase failed or no test has a selected name, and, where `CI` is `true`, if anything
/// was skipped.
pub fn run(options: &Options) -> Result<()> {
    if options.list {
        list();
        return Ok(());
    }
    let workspace = Workspace::load()?;
    let selection = Selection::of(&options.select);
    let mut run = Run { workspace, selection, phases: Phases::default() };
    run.all(options);
    let names = &run.selection.names;
    if !names.is_empty() && run.phases.tests_run() == 0 && !run.phases.has_failures() {
        bail!(
            "no test has {} in its name, and no group has that name; `cargo xtask test --list` \
             lists the groups",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
        );
    }
    run.phases.finish()
}

fn list() {
    for group in Group::value_variants() {
        if let Some(value) = group.to_possible_value() {
            let about = value.get_help().map(ToString::to_string).unwrap_or_default();
            say(&format!("{:<10}{about}", value.get_name()));
        }
    }
}

/// One run over the selected groups.
struct Run {
    workspace: Workspace,
    selection: Selection,
    phases: Phases,
}

impl Run {
    fn all(&mut self, options: &Options) {
        if self.selection.has(Group::Lints) {
            self.lints();
        }
        // These start processes: plugins that selecting a test target does not build, one in Go,
        // and a real server.
        let with_processes = [Group::Wire, Group::Host, Group::Plugins]
            .iter()
            .any(|group| self.selection.has(*group));
        let on_server = self.selection.has(Group::Server);
        // A server that is given is tested with once, in whichever group.
        let on_vault = self.selection.has(Group::Vault);
        let on_given = options.server.is_some() && (on_server || on_vault);
        let builds = (on_vault && !on_given && !options.skip_server).then(Builds::start);
        let peer = with_processes.then(|| self.go_peer()).flatten();
        let with_go = [Group::Host, Group::Tools].iter().any(|group| self.selection.has(*group));
        let go_plugins = with_go.then(|| self.go_plugins()).flatten();
        let servers = match options.skip_server || !(with_processes || on_server || on_given) {
            true => None,
            false => self.phases.run("servers", || match &options.server {
                Some(given) => Servers::given(given),
                None => Servers::openbao(),
            }),
        };
        let three_ways = servers.as_ref().and_then(Servers::three_ways);
        let variables: Vec<_> = peer
            .iter()
            .map(|path| (go_peer::VARIABLE, path.as_str()))
            .chain(go_plugins.iter().map(|path| (go_plugins::VARIABLE, path.as_str())))
            .chain(three_ways.iter().map(|(name, path)| (*name, path.as_str())))
            .collect();
        self.tests_of(Group::Unit, &MEMBERS, &[]);
        if with_processes {
            let examples = [["build", "--examples"].as_slice(), &MEMBERS].concat();
            self.phases.cargo("plugins for the tests", &examples, &[]);
        }
        for group in [Group::Wire, Group::Host, Group::Plugins, Group::Fuzz] {
            self.tests_of(group, &MEMBERS, &variables);
        }
        self.tests_of(Group::Docs, &MEMBERS, &variables);
        let plugins: Vec<_> =
            go_plugins.iter().map(|path| (go_plugins::VARIABLE, path.as_str())).collect();
        self.tests_of(Group::Tools, &COMMANDS, &plugins);
        if self.selection.has(Group::Docs) {
            let readme = ["test", "--package", "xtask", "--doc"];
            self.phases.tests("the README's example", &readme, &self.selection.names, &[]);
        }
        if self.selection.has(Group::Features) {
            self.features();
        }
        if self.selection.has(Group::Dist) {
            self.packages();
        }
        let distribution = match self.selection.has(Group::Dist) {
            true => self.distribution(),
            false => None,
        };
        if on_server || on_given {
            self.on_servers(options, servers.as_ref(), distribution.as_ref());
        }
        if self.selection.has(Group::Counts) {
            counts::check(&mut self.phases);
        }
        if on_vault && !on_given {
            let built = builds.and_then(|builds| self.phases.run("Vault", || builds.finish()));
            self.on_servers(options, built.as_ref(), distribution.as_ref());
        }
    }

    fn lints(&mut self) {
        let phases = &mut self.phases;
        phases.cargo("format", &["fmt", "--all", "--check"], &[]);
        phases.run("tidy", tidy::run);
        phases.run("generated code", || codegen::run(true));
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
        const PUBLIC_API: &str = "public API";
        match public_api::unsupported(&self.workspace) {
            Ok(Some(reason)) => phases.skip(PUBLIC_API, &reason),
            Ok(None) => drop(phases.run(PUBLIC_API, || public_api::run(true))),
            Err(error) => drop(phases.run(PUBLIC_API, || Err::<(), _>(error))),
        }
        deny::check(phases);
    }

    /// Runs the test targets of one group, if it is selected.
    fn tests_of(&mut self, group: Group, packages: &[&str], variables: &[(&str, &str)]) {
        if !self.selection.has(group) {
            return;
        }
        let Some(targets) = group.target_arguments(&self.workspace) else { return };
        let targets = targets.iter().map(String::as_str);
        let arguments: Vec<_> =
            ["test"].into_iter().chain(packages.iter().copied()).chain(targets).collect();
        self.phases.tests(&group.name(), &arguments, &self.selection.names, variables);
    }

    fn features(&mut self) {
        for half in ["client", "server"] {
            self.phases.cargo(
                &format!("plugin-proto with the {half} half alone"),
                &[
                    "check",
                    "--package",
                    "vault-plugin-proto",
                    "--no-default-features",
                    "--features",
                    half,
                ],
                &[],
            );
        }
        // `--test wire` alone would test an example that was built with other features.
        let package = ["--package", "vault-plugin-runtime", "--no-default-features"];
        let other_tls = ["--features", "aws-lc-rs,multi-thread"];
        let build = ["build", "--example", "wire_backend"];
        let name = "the wire tests' plugin, with aws-lc-rs";
        self.phases.cargo(name, &[build.as_slice(), &package, &other_tls].concat(), &[]);
        let test = ["test", "--lib", "--test", "wire"];
        let name = "wire tests with aws-lc-rs on several threads";
        self.phases.tests(name, &[test.as_slice(), &package, &other_tls].concat(), &[], &[]);
    }

    /// Builds every published package from the files that it would consist of.
    fn packages(&mut self) {
        let published = self.workspace.packages.iter().filter(|package| package.is_published());
        let names = published.flat_map(|package| ["--package", package.name.as_str()]);
        let arguments: Vec<_> = ["package", "--allow-dirty"].into_iter().chain(names).collect();
        self.phases.cargo("packages", &arguments, &[]);
    }

    fn distribution(&mut self) -> Option<dist::Distribution> {
        let distribution = self.phases.run("dist", || dist::build(Profile::Release));
        match &distribution {
            Some(built) => {
                self.phases.run("sizes of the plugins", || dist::check_sizes(&built.plugins));
            }
            None => self.phases.skip("sizes of the plugins", "the plugins could not be built"),
        }
        distribution
    }

    /// Runs the tests on real servers: on the release plugins in a whole run, else on plugins that
    /// are quick to build.
    fn on_servers(
        &mut self,
        options: &Options,
        servers: Option<&Servers>,
        distribution: Option<&dist::Distribution>,
    ) {
        const NAME: &str = "tests on real servers";
        if options.skip_server {
            return self.phases.skip(NAME, "--skip-server was given");
        }
        let Some(servers) = servers else {
            return self.phases.skip(NAME, "no server was found");
        };
        if self.selection.has(Group::Dist) && distribution.is_none() {
            return self.phases.skip(NAME, "the plugins could not be built");
        }
        let plugins = distribution.map(|built| built.plugin_directory.as_path());
        servers.test(&mut self.phases, plugins, &self.selection.names);
    }

    /// Builds the plugin in Go, if Go is installed.
    fn go_peer(&mut self) -> Option<String> {
        if !go_peer::has_go() {
            self.phases.skip("the plugin in Go", "Go is not installed");
            return None;
        }
        let Workspace { workspace_root, target_directory, .. } = &self.workspace;
        let build = || go_peer::build(workspace_root, target_directory);
        self.phases.run("the plugin in Go", build).map(|path| path.display().to_string())
    }

    /// Builds HashiCorp's plugins, if Go is installed.
    fn go_plugins(&mut self) -> Option<String> {
        const NAME: &str = "HashiCorp's plugins, of 2019 and of today";
        if !go_peer::has_go() {
            self.phases.skip(NAME, "Go is not installed");
            return None;
        }
        let build = || go_plugins::build(&self.workspace.workspace_root);
        self.phases.run(NAME, build).map(|path| path.display().to_string())
    }
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

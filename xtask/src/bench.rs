//! `cargo xtask bench`: our kv mock and the same engine on the Go SDK, measured in one run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command;
use crate::dist::{self, Profile};
use crate::go_peer;
use crate::server::{DevServer, ServerBinary};
use crate::terminal;
use crate::workspace::{Workspace, cargo};

/// The package of our plugin.
const OURS: &str = "backend-kv-mock";

/// What `cargo xtask bench` can be told.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// A first look in a few minutes; its figures are not for a comparison.
    #[arg(long)]
    pub quick: bool,
    /// Leave out the part through a real server.
    #[arg(long)]
    pub skip_server: bool,
    /// The server binary, instead of the newest pinned OpenBao.
    #[arg(long, value_name = "PATH", conflicts_with = "skip_server")]
    pub server: Option<PathBuf>,
    /// How often the two are measured in turn.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
}

/// Runs the subcommand.
///
/// # Errors
/// When something can't be built, or a plugin or the server fails.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let distribution = dist::build(Profile::Release)?;
    let ours = distribution.plugin_directory.join(&distribution.plugin(OURS)?.plugin.package);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let peer = match go_peer::has_go() {
        true => Some(go_peer::build(&root, &workspace.target_directory)?),
        false => None,
    };
    if peer.is_none() {
        terminal::note("no Go on this machine: ours is measured alone, against the floor");
    }
    let program = build_report(&workspace)?;
    let folder = tempfile::tempdir().context("a folder for the plugins")?;
    let plugins = plugin_directory(folder.path(), &ours, peer.as_deref())?;
    let server = match options.skip_server {
        true => None,
        false => Some(start_server(options, &plugins, peer.is_some())?),
    };
    let out = workspace.target_directory.join("bench");
    let mut report = Command::new(program);
    report.arg("--ours").arg(plugins.join(OURS)).arg("--out").arg(&out);
    report.args(["--rounds", &options.rounds.to_string()]);
    report.args(["--built-with", &compilers(peer.is_some())]);
    if peer.is_some() {
        report.arg("--peer").arg(plugins.join(go_peer::NAME));
    }
    if options.quick {
        report.arg("--quick");
    }
    if let Some(server) = &server {
        let address = server.address().trim_start_matches("http://");
        report.args([
            "--server",
            address,
            "--server-pid",
            &server.process().pid().context("the server has ended")?.to_string(),
        ]);
        report.env("BENCH_TOKEN", server.token());
    }
    let finished = command::run("measuring (some ten minutes; --quick is shorter)", &mut report)?;
    if !finished.status.success() {
        bail!("the measurement failed:\n{}", finished.output);
    }
    let text = std::fs::read_to_string(out.join("report.md")).context("the report")?;
    terminal::say(&text);
    for file in ["report.md", "report.html", "report.json"] {
        terminal::say(&out.join(file).display().to_string());
    }
    Ok(())
}

fn build_report(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--profile", "bench", "--package", "benches", "--bin", "report"]);
    let finished = command::run("building the driver", &mut build)?;
    if !finished.status.success() {
        bail!("the driver can't be built:\n{}", finished.output);
    }
    // Cargo keeps the profile `bench` in the folder of releases.
    Ok(workspace.target_directory.join("release").join("report"))
}

/// A folder with the two plugins alone, as a server's plugin directory must be.
fn plugin_directory(folder: &Path, ours: &Path, peer: Option<&Path>) -> Result<PathBuf> {
    let folder = folder.canonicalize().context("the folder for the plugins")?;
    for file in [Some(ours), peer].into_iter().flatten() {
        let name = file.file_name().context("a file without a name")?;
        std::fs::copy(file, folder.join(name)).with_context(|| file.display().to_string())?;
    }
    Ok(folder)
}

fn start_server(options: &Options, plugins: &Path, with_peer: bool) -> Result<DevServer> {
    let binary = ServerBinary::find(options.server.as_deref(), None)?;
    terminal::note(&format!("{:?} {}", binary.product, binary.version));
    let server = DevServer::start(&binary, Some(plugins), &[])?;
    let api = server.api();
    let mut mounts = vec![("ours", OURS)];
    if with_peer {
        mounts.push(("peer", go_peer::NAME));
    }
    for (path, plugin) in mounts {
        let answer =
            api.write(&format!("sys/mounts/{path}"), &serde_json::json!({ "type": plugin }))?;
        if !answer.is_success() {
            bail!("the server can't mount {plugin}: {answer:?}");
        }
    }
    Ok(server)
}

/// What built the two.
fn compilers(with_peer: bool) -> String {
    let version = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let rust = version("rustc", "--version").unwrap_or_default();
    let go = with_peer.then(|| version("go", "version")).flatten().unwrap_or_default();
    [rust, go].join("; ").trim_end_matches("; ").to_owned()
}

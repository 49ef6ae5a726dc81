//! `cargo xtask bench`: our kv mock and the same engine on the Go SDK, measured in one run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::dist::{self, Profile};
use crate::go_peer;
use crate::vault_source;
use crate::workspace::{Workspace, cargo};
use cargo_vault_plugin::command;
use cargo_vault_plugin::server::ServerBinary;
use cargo_vault_plugin::terminal;
use plugin_host::server::DevServer;

/// The package of our plugin.
const OURS: &str = "backend-kv-mock";

/// The options of `cargo xtask bench`.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Measure for only a few minutes; the figures are too rough for a comparison.
    #[arg(long)]
    pub quick: bool,
    /// Leave out the part through a real server.
    #[arg(long)]
    pub skip_server: bool,
    /// The server, instead of the newest pinned OpenBao: a path, or a name such as vault-1.12.0.
    #[arg(long, value_name = "PATH|NAME", conflicts_with = "skip_server")]
    pub server: Option<PathBuf>,
    /// Another plugin to compare with, instead of the one on the Go SDK; it must have the kv mock's
    /// paths and answers.
    #[arg(long, value_name = "PATH")]
    pub peer: Option<PathBuf>,
    /// How many times the two are measured, alternately.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if something cannot be built, or a plugin or the server fails.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let distribution = dist::build(Profile::Release)?;
    let ours = distribution.plugin_directory.join(&distribution.plugin(OURS)?.plugin.package);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let peer = match &options.peer {
        Some(peer) => Some(peer.canonicalize().with_context(|| peer.display().to_string())?),
        None if go_peer::has_go() => Some(go_peer::build(&root, &workspace.target_directory)?),
        None => None,
    };
    if peer.is_none() {
        terminal::note("Go is not installed: only our plugin is measured, against the floor");
    }
    let programs = build_programs(&workspace)?;
    let folder = tempfile::tempdir().context("a folder for the plugins")?;
    let plugins = plugin_directory(folder.path(), &ours, peer.as_deref())?;
    let server = match options.skip_server {
        true => None,
        false => Some(start_server(options, &plugins, peer.as_deref())?),
    };
    let out = workspace.target_directory.join("bench");
    let mut report = Command::new(programs.join("report"));
    report.arg("--plugin").arg(programs.join("plugin"));
    report.arg("--ours").arg(plugins.join(OURS)).arg("--out").arg(&out);
    report.args(["--rounds", &options.rounds.to_string()]);
    report.args(["--built-with", &compilers(peer.is_some())]);
    if let Some(peer) = &peer {
        report.arg("--peer").arg(plugins.join(file_name(peer)?));
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
            &server.pid().context("the server has ended")?.to_string(),
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

/// Builds the driver, and our plugin as it needs it; returns their folder.
fn build_programs(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--profile", "bench", "--package", "benches", "--features", "threads"]);
    build.args(["--bin", "report", "--bin", "plugin"]);
    let finished = command::run("building the driver", &mut build)?;
    if !finished.status.success() {
        bail!("the driver can't be built:\n{}", finished.output);
    }
    // Cargo keeps the profile `bench` in the folder of releases.
    Ok(workspace.target_directory.join("release"))
}

/// Returns a folder with the two plugins alone, as a server's plugin directory must be.
fn plugin_directory(folder: &Path, ours: &Path, peer: Option<&Path>) -> Result<PathBuf> {
    let folder = folder.canonicalize().context("the folder for the plugins")?;
    for file in [Some(ours), peer].into_iter().flatten() {
        std::fs::copy(file, folder.join(file_name(file)?))
            .with_context(|| file.display().to_string())?;
    }
    Ok(folder)
}

fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().context("a file without a name")?;
    Ok(name.to_string_lossy().into_owned())
}

fn start_server(options: &Options, plugins: &Path, peer: Option<&Path>) -> Result<DevServer> {
    let binary = match &options.server {
        Some(given) => vault_source::find(given)?,
        None => ServerBinary::find(None, None)?,
    };
    terminal::note(&format!("{:?} {}", binary.product, binary.version));
    let server = DevServer::start(&binary.path, Some(plugins), &[])?;
    let api = server.api();
    // The server's own engine is what no plugin can be faster than.
    let mut mounts = vec![("ours", OURS.to_owned()), ("own", "kv".to_owned())];
    if let Some(peer) = peer {
        mounts.push(("peer", file_name(peer)?));
    }
    for (path, plugin) in mounts {
        let answer = api.enable_secrets(path, &plugin);
        answer.success().with_context(|| format!("mounting {plugin}"))?;
    }
    Ok(server)
}

/// Returns the text that says how the two were built.
fn compilers(with_peer: bool) -> String {
    let version = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let rust = version("rustc", "--version").unwrap_or_default();
    let go = with_peer.then(|| version("go", "version")).flatten().unwrap_or_default();
    [rust, go].join("; ").trim_end_matches("; ").to_owned()
}

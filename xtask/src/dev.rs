//! `cargo xtask dev`: a real server with the plugins, the tutorial's session as it happens, and then
//! the server for oneself until Ctrl-C. Where no server can be had, the same session on a host in
//! this process.

mod embedded;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::dist::{self, Distribution, Profile};
use crate::server::{DevServer, ServerBinary};
use crate::terminal::{note, say};
use crate::tutorial::{self, Done};

/// What `cargo xtask dev` can be told.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The server binary; without it `bao` or `vault` on the PATH, else a pinned OpenBao is fetched.
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// The version of the pinned OpenBao; the PATH is not looked at then.
    #[arg(long, value_name = "VERSION", conflicts_with = "server")]
    pub server_version: Option<String>,
    /// Use no server: the session on a host in this process, which has its own small command line.
    #[arg(long, conflicts_with_all = ["server", "server_version"])]
    pub embedded: bool,
    /// End after the session; fail when any answer isn't the tutorial's.
    #[arg(long)]
    pub once: bool,
    /// Build the plugins without optimisation, which is quicker.
    #[arg(long)]
    pub debug_build: bool,
}

/// Runs the subcommand.
///
/// # Errors
/// When the plugins can't be built, the server that was asked for isn't there or doesn't come up, or, with `--once`, any answer
/// is not the tutorial's.
pub fn run(options: &Options) -> Result<()> {
    let profile = if options.debug_build { Profile::Debug } else { Profile::Release };
    let distribution = dist::build(profile)?;
    let plugin = distribution.plugin(tutorial::PACKAGE)?;
    if options.embedded {
        return embedded::run(&distribution, options.once);
    }
    let asked_for = options.server.is_some() || options.server_version.is_some();
    let binary =
        match ServerBinary::find(options.server.as_deref(), options.server_version.as_deref()) {
            Ok(binary) => binary,
            Err(error) if asked_for => return Err(error),
            Err(error) => {
                note(&format!(
                    "no server can be had: {error:#}\n\
                     Going on without one, as `cargo xtask dev --embedded` does. To use a server, \
                     put `bao` on the PATH or name one with --server."
                ));
                return embedded::run(&distribution, options.once);
            }
        };

    // From here on a signal may not end this process before the server has ended.
    let interrupted = Interrupt::register()?;
    let mut server = DevServer::start(&binary, Some(&distribution.plugin_directory), &[])?;
    say(&format!(
        "{:?} {} at {}, plugins from {}\n",
        binary.product,
        binary.version,
        server.address(),
        distribution.plugin_directory.display()
    ));
    let session = tutorial::session(plugin);
    let played = tutorial::play(&server.cli(), &session, show, || interrupted.is_set());

    if interrupted.is_set() {
        return stop(&mut server);
    }
    match &played {
        Ok(()) => say(&format!("All {} answers are the tutorial's.", session.len())),
        Err(error) => note(&format!("error: {error:#}")),
    }
    if options.once {
        stop(&mut server)?;
        return played.context("the tutorial's session failed");
    }
    invite(&server, &distribution, binary.product.cli_name());
    while !interrupted.is_set() {
        if !server.process_mut().is_running() {
            bail!("the server ended by itself:\n{}", server.log().tail(15));
        }
        thread::sleep(Duration::from_millis(50));
    }
    stop(&mut server)
}

/// Prints a step of the session as a terminal would show it.
fn show(done: &Done) {
    say(&format!("$ {}", done.command));
    for text in [&done.output.stdout, &done.output.stderr] {
        if !text.trim().is_empty() {
            say(text.trim_end());
        }
    }
    if done.complaint.is_some() {
        say("  ^ this is not the tutorial's answer");
    }
    say("");
}

fn invite(server: &DevServer, distribution: &Distribution, cli: &str) {
    let (address, token) = (server.address(), server.token());
    let prefix = if cli == "bao" { "BAO" } else { "VAULT" };
    say(&format!(
        "\nThe server stays up until Ctrl-C, with everything in memory. To use it:\n\n    \
         export {prefix}_ADDR={address}\n    \
         export {prefix}_TOKEN={token}\n    \
         alias {cli}={binary}\n\n    \
         {cli} write mock/hello message=\"Hello World\" count=1\n    \
         {cli} read -format=json mock/hello\n    \
         {cli} list mock\n    \
         curl -H \"X-Vault-Token: {token}\" {address}/v1/mock/hello\n\n\
         Plugins: {plugins}\nLog:     {log}",
        binary = server.process().binary().path.display(),
        plugins = distribution.plugin_directory.display(),
        log = server.log().path().display(),
    ));
}

/// Ends the server and checks that nothing of it is left.
fn stop(server: &mut DevServer) -> Result<()> {
    let took = server.process_mut().stop()?;
    let left = server.process().wait_for_plugins(0, Duration::from_secs(2));
    let sockets = server.process().sockets();
    note(&format!("the server ended after {took:.1?}"));
    left.context("plugins outlived their server")?;
    if !sockets.is_empty() {
        note(&format!("sockets that were left, removed now: {sockets:?}"));
    }
    Ok(())
}

/// Whether somebody asked this process to end.
#[derive(Debug)]
struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    fn register() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register(signal, Arc::clone(&flag)).context("listening for Ctrl-C")?;
        }
        Ok(Self(flag))
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

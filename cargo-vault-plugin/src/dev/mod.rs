//! The subcommand `dev`: a real server with the plugins, a session on it as it happens, and then the
//! server for oneself until Ctrl-C. If no server is available, the same session on a host in this
//! process.

mod prompt;
mod session;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use plugin_host::server::DevServer;

pub use session::{Session, show};

use crate::dist::{self, Distribution, Packages, Profile};
use crate::interrupt::Interrupt;
use crate::server::{Cli, ServerBinary};
use crate::terminal::{note, say};
use session::Mounts;

/// The options of the subcommand `dev`.
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The server: a path, or a name such as openbao-2.7.2. Default: `bao` or `vault` on the PATH, else
    /// a pinned OpenBao, which is downloaded.
    #[arg(long, value_name = "PATH|NAME")]
    pub server: Option<PathBuf>,
    /// The version of the pinned OpenBao to use, whatever is on the PATH.
    #[arg(long, value_name = "VERSION", conflicts_with = "server")]
    pub server_version: Option<String>,
    /// Use an in-memory host with a small command line instead of a server.
    #[arg(long, conflicts_with_all = ["server", "server_version"])]
    pub embedded: bool,
    /// Exit after the session; fail if one of its commands does not answer as expected.
    #[arg(long)]
    pub once: bool,
    /// Build the plugins without optimization, which is faster.
    #[arg(long)]
    pub debug_build: bool,
    /// Which packages are built.
    #[command(flatten)]
    pub packages: Packages,
}

impl Options {
    /// Returns the profile that the plugins are built with.
    #[must_use]
    pub fn profile(&self) -> Profile {
        if self.debug_build { Profile::Debug } else { Profile::Release }
    }
}

/// Runs the subcommand: registers and enables every plugin under its name.
///
/// # Errors
/// Fails if the plugins cannot be built, the server that was requested does not exist or does not
/// start, or, with `--once`, a plugin cannot be mounted.
pub fn run(options: &Options) -> Result<()> {
    let distribution = dist::build(&options.packages, options.profile())?;
    run_session(options, &distribution, &Mounts::of(&distribution))
}

/// Runs the subcommand with another session, on plugins that are built.
///
/// # Errors
/// Fails if the server that was requested does not exist or does not start, or, with `--once`, the
/// session fails.
pub fn run_session(
    options: &Options,
    distribution: &Distribution,
    session: &dyn Session,
) -> Result<()> {
    if options.embedded {
        return prompt::run(distribution, session, options.once);
    }
    let asked_for = options.server.is_some() || options.server_version.is_some();
    let binary =
        match ServerBinary::find(options.server.as_deref(), options.server_version.as_deref()) {
            Ok(binary) => binary,
            Err(error) if asked_for => return Err(error),
            Err(error) => {
                note(&format!(
                    "no server is available: {error:#}\n\
                     Going on without one, as with --embedded. To use a server, put `bao` on the \
                     PATH or name one with --server."
                ));
                return prompt::run(distribution, session, options.once);
            }
        };

    // From here on a signal may not end this process before the server has ended.
    let interrupted = Interrupt::register()?;
    let mut server = DevServer::start(&binary.path, Some(&distribution.plugin_directory), &[])?;
    say(&format!(
        "{:?} {} at {}, plugins from {}\n",
        binary.product,
        binary.version,
        server.address(),
        distribution.plugin_directory.display()
    ));
    let played = session.play(&Cli::new(&binary, &server), &|| interrupted.is_set());

    if interrupted.is_set() {
        return stop(&mut server);
    }
    if let Err(error) = &played {
        note(&format!("error: {error:#}"));
    }
    if options.once {
        stop(&mut server)?;
        return played.context("the session failed");
    }
    invite(&server, distribution, session, binary.product.cli_name());
    while !interrupted.is_set() {
        if !server.is_running() {
            bail!("the server ended by itself:\n{}", server.log().tail(15));
        }
        thread::sleep(Duration::from_millis(50));
    }
    stop(&mut server)
}

fn invite(server: &DevServer, distribution: &Distribution, session: &dyn Session, cli: &str) {
    let (address, token) = (server.address(), server.token());
    let prefix = if cli == "bao" { "BAO" } else { "VAULT" };
    let examples: Vec<_> =
        session.examples().iter().map(|example| format!("{cli} {example}\n    ")).collect();
    say(&format!(
        "\nThe server stays up until Ctrl-C, with everything in memory. To use it:\n\n    \
         export {prefix}_ADDR={address}\n    \
         export {prefix}_TOKEN={token}\n    \
         alias {cli}={binary}\n\n    \
         {examples}\
         curl -H \"X-Vault-Token: {token}\" {address}/v1/{path}\n\n\
         Plugins: {plugins}\nLog:     {log}",
        binary = server.binary().display(),
        examples = examples.concat(),
        path = session.example_path(),
        plugins = distribution.plugin_directory.display(),
        log = server.log().path().display(),
    ));
}

/// Ends the server and checks that all of its processes have exited.
fn stop(server: &mut DevServer) -> Result<()> {
    let took = server.stop()?;
    let left = server.wait_for_plugins(0, Duration::from_secs(2));
    let sockets = server.sockets();
    note(&format!("the server ended after {took:.1?}"));
    left.context("plugins outlived their server")?;
    if !sockets.is_empty() {
        note(&format!("sockets that were left, removed now: {sockets:?}"));
    }
    Ok(())
}

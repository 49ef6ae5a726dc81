//! What every user of the machine can read: the command lines of servers, their plugins and the
//! CLI.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use cargo_vault_plugin::server::{Cli, ServerBinary};
use plugin_host::server::{Settings, procfs};
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::{dev_server, distribution, production_server};

on_every_server!(
    no_command_line_of_a_dev_server_holds_its_root_token,
    no_command_line_of_a_production_server_holds_its_root_token,
);

fn no_command_line_of_a_dev_server_holds_its_root_token(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    server.api().enable_secrets("mock", NAME).success()?;
    server.api().write("mock/a", json!({ "b": 1 })).success()?;
    let cli = Cli::new(binary, &server);
    // The search does find what is in a command line: the server's address is.
    let address = server.address().trim_start_matches("http://");
    let own = server.pid().context("a running server")?;
    ensure!(procfs::with_command_line(address)?.contains(&own), "{address} is not found");
    never_seen(server.token(), || cli.run(&["read", "mock/a"]).map(drop))
}

fn no_command_line_of_a_production_server_holds_its_root_token(
    binary: &ServerBinary,
) -> Result<()> {
    let server =
        production_server(binary, &distribution()?.plugin_directory, &[], Settings::new())?;
    let own = server.api().read("auth/token/lookup-self").success()?;
    let token = own.data["id"].as_str().context("the token")?.to_owned();
    never_seen(&token, || Cli::new(binary, &server).run(&["token", "lookup"]).map(drop))
}

/// Runs a command a few times, and looks at all command lines meanwhile.
fn never_seen(secret: &str, command: impl Fn() -> Result<()> + Sync) -> Result<()> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            loop {
                let last = done.load(Ordering::Relaxed);
                let seen = procfs::with_command_line(secret)?;
                ensure!(seen.is_empty(), "the root token is in the command line of {seen:?}");
                if last {
                    return Ok(());
                }
            }
        });
        let ran = (0..3).try_for_each(|_| command());
        done.store(true, Ordering::Relaxed);
        let looked = looking.join().map_err(|_| anyhow::anyhow!("the search panicked"))?;
        ran.and(looked)
    })
}

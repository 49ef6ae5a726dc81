//! Processes that a server starts for clients which then hang up, and forgets.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::DevServer;
use serde_json::json;

use crate::example::Example;
use crate::kill::{kill_plugin, once_noticed};
use crate::on_every_server;

on_every_server!(
    processes_that_the_server_has_forgotten_leave[ProtocolVersion5],
    the_server_ends_a_process_with_its_last_mount[ProtocolVersion5],
);

const NAME: &str = "wire_backend";

/// How many clients ask for the mount whose process is gone, and hang up while a new one starts.
const CLIENTS: usize = 40;

/// How often that is done: whether a process is forgotten is a matter of milliseconds.
const ROUNDS: usize = 3;

/// Much longer than a process stays that was asked for nothing.
const GONE: Duration = Duration::from_secs(30);

/// Makes the example known, as a plugin that leaves soon when it is asked for nothing.
fn register(server: &Example) -> Result<()> {
    let entry = json!({
        "sha256": server.sha256(NAME)?,
        "command": NAME,
        "args": ["--soon"],
        "version": "v1.2.3",
    });
    server.api().write(&format!("sys/plugins/catalog/secret/{NAME}"), &entry).success()?;
    Ok(())
}

fn processes_that_the_server_has_forgotten_leave(binary: &ServerBinary) -> Result<()> {
    let example = Example::start(binary, NAME)?;
    register(&example)?;
    let (server, api) = (&example.server, example.api());
    api.enable_secrets("one", NAME).success()?;
    let mut most = 0;
    for round in 0..ROUNDS {
        kill_plugin(server)?;
        for wait in [2, 5, 10, 20] {
            hang_up(server, Duration::from_millis(wait))?;
        }
        // The mount comes back, in a process that the server keeps.
        let answer = once_noticed(|| api.read("one/echo"));
        answer.success().with_context(|| format!("round {round}"))?;
        let start = Instant::now();
        loop {
            let left = server.plugin_processes()?.len();
            most = most.max(left);
            if left == 1 {
                break;
            }
            ensure!(start.elapsed() < GONE, "{left} processes are left after {GONE:?}");
            thread::sleep(Duration::from_millis(20));
        }
        api.read("one/echo").success().context("after the others have left")?;
    }
    println!("up to {most} processes at once");
    api.enable_secrets("two", NAME).success().context("enabling another mount")?;
    api.read("two/echo").success()?;
    Ok(())
}

fn the_server_ends_a_process_with_its_last_mount(binary: &ServerBinary) -> Result<()> {
    let example = Example::start(binary, NAME)?;
    register(&example)?;
    let (server, api) = (&example.server, example.api());
    for _ in 0..2 {
        for path in ["one", "two"] {
            api.enable_secrets(path, NAME).success()?;
        }
        server.wait_for_plugins(1, Duration::from_secs(10))?;
        for path in ["one", "two"] {
            api.disable_secrets(path).success()?;
        }
        // At once, and not because the process has left by itself.
        server.wait_for_plugins(0, Duration::from_millis(500))?;
    }
    Ok(())
}

/// Sends all requests, then closes all connections without having read an answer.
fn hang_up(server: &DevServer, wait: Duration) -> Result<()> {
    let address = server.address().trim_start_matches("http://");
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        clients.push(TcpStream::connect(address).context("connecting to the server")?);
    }
    for client in &mut clients {
        let request = format!(
            "GET /v1/one/echo HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: {}\r\n\r\n",
            server.token()
        );
        client.write_all(request.as_bytes()).context("sending a request")?;
    }
    thread::sleep(wait);
    drop(clients);
    Ok(())
}

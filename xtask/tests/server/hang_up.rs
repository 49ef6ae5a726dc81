//! Clients that go away in the middle of their requests.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::{DevServer, procfs};
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::{TRACED, dev_server};

on_every_server!(a_new_mount_works_after_512_clients_hung_up_at_once[ProtocolVersion5]);

const CLIENTS: usize = 512;

/// How many milliseconds the clients of each round wait before they go: some are cut off before the
/// plugin sees them, some while it asks for storage, some while it answers. So many rounds because
/// counts of resets are kept for as long as a connection lasts, and 1024 is a common limit.
const WAITS: &[u64] = &[5, 20, 40, 60, 80, 100, 120, 20, 40, 60, 80, 100];

/// How many requests must have been cut off while the plugin worked on them for this to have shown
/// anything.
const ENOUGH: usize = CLIENTS * 2;

fn a_new_mount_works_after_512_clients_hung_up_at_once(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, TRACED)?;
    let api = server.api();
    api.enable_secrets("one", NAME).success()?;
    // Large enough to keep a request under way for a while.
    let value = json!({ "value": "x".repeat(64 << 10) });
    api.write("one/key", &value).success()?;
    let plugin = server.wait_for_plugins(1, Duration::ZERO)?;
    let files = procfs::open_files(plugin[0]).context("the plugin runs")?;

    // The trace shows how each request ended.
    for (round, wait) in WAITS.iter().enumerate() {
        hang_up(&server, Duration::from_millis(*wait))?;
        let answer = api.read("one/key").success().with_context(|| format!("round {round}"))?;
        assert_eq!(answer.data, value, "round {round}");
    }
    let log = server.log();
    let cut =
        log.lines_with("handle request: ").iter().filter(|line| line.contains("cancel")).count();
    println!("{cut} requests were cut off");
    assert!(cut > ENOUGH, "only {cut} requests were cut off: that shows nothing");
    // One that is dialled again costs the requests that are under way.
    let broken = log.lines_with("brokered connection ended");
    assert_eq!(broken, [""; 0], "the connection to storage broke");

    // What breaks when the plugin gives up the connection: the server connects again for requests,
    // but never again asks for the broker's stream, which each new mount needs.
    let start = Instant::now();
    api.enable_secrets("two", NAME).success().context("enabling another mount")?;
    println!("enabling another mount took {:?}", start.elapsed());
    api.write("two/key", &value).success()?;
    assert_eq!(api.read("two/key").success()?.data, value);
    assert_eq!(api.read("one/key").success()?.data, value);
    assert_eq!(server.wait_for_plugins(1, Duration::ZERO)?, plugin, "it is the same process");
    let more = procfs::open_files(plugin[0]).context("the plugin runs")?.saturating_sub(files);
    // The second mount's own connection.
    assert!(more <= 2, "{more} more files are open");

    api.disable_secrets("one").success()?;
    api.disable_secrets("two").success()?;
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    Ok(())
}

/// Sends all requests, then closes all connections without having read an answer.
fn hang_up(server: &DevServer, wait: Duration) -> Result<()> {
    let address = server.address().trim_start_matches("http://").to_owned();
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        clients.push(TcpStream::connect(&address).context("connecting to the server")?);
    }
    for (number, client) in clients.iter_mut().enumerate() {
        let request = if number % 4 == 0 {
            let body = json!({ "number": number }).to_string();
            head(server, "PUT", &format!("one/{number}"), body.len()) + &body
        } else {
            head(server, "GET", "one/key", 0)
        };
        client.write_all(request.as_bytes()).context("sending a request")?;
    }
    thread::sleep(wait);
    drop(clients);
    Ok(())
}

fn head(server: &DevServer, method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} /v1/{path} HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: {}\r\n\
         Content-Length: {length}\r\n\r\n",
        server.token()
    )
}

//! Thousands of logins at one mount, and a read at another one of the same process.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use plugin_host::BlockingClient;
use plugin_host::server::DevServer;
use serde_json::json;

use super::{NAME, server, set_password};
use crate::on_the_newest_servers;

on_the_newest_servers!(a_read_passes_3000_logins_at_another_mount);

const LOGINS: usize = 3000;

/// How long the read may take.
const SOON: Duration = Duration::from_secs(1);

/// Or how much longer than a read of the server's own engine at the same time, where the machine is
/// busy.
const FACTOR: u32 = 5;

/// How long after the logins a read must pass like that. Taking them in keeps both sides busy for a
/// moment, which is a long one where the plugin is not optimised.
const PATIENCE: Duration = Duration::from_secs(30);

fn a_read_passes_3000_logins_at_another_mount(binary: &ServerBinary) -> Result<()> {
    let (server, api) = server(binary)?;
    api.write("sys/auth/second", json!({ "type": NAME })).success()?;
    server.wait_for_plugins(1, Duration::from_secs(10))?;
    set_password(&api, "bob", "correct")?;
    api.write("auth/second/user/bob", json!({ "password": "correct" })).success()?;
    api.write("cubbyhole/key", json!({ "value": 1 })).success()?;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("the limit on descriptors")?;
    setrlimit(Resource::RLIMIT_NOFILE, hard.max(soft), hard).context("a descriptor a client")?;

    let begun = Instant::now();
    let logins = flood(&server)?;
    let mut passed = false;
    while !passed && begun.elapsed() < PATIENCE {
        let engine = time(&api, "cubbyhole/key")?;
        let read = time(&api, "auth/second/user/bob")?;
        println!("{read:?}, and the server's own engine {engine:?}");
        passed = read < SOON || read < engine * FACTOR;
    }
    assert!(passed, "the read waited for the logins");
    // What the two mounts share is the hashes, at which they take turns.
    let fields = json!({ "user": "bob", "password": "correct" });
    api.login("auth/second/login", &fields).success().context("a login beside the flood")?;
    let refused = statuses(logins)?.into_iter().filter(|status| *status == 429).count();
    println!("{refused} of {LOGINS} logins were refused");
    // Had they all waited for their hash, the read would have waited for most of them.
    assert!(refused > LOGINS / 2, "only {refused} of {LOGINS} logins were refused");
    Ok(())
}

/// The statuses of the logins that were answered.
fn statuses(logins: Vec<TcpStream>) -> Result<Vec<u16>> {
    let mut statuses = Vec::new();
    for mut login in logins {
        login.set_read_timeout(Some(Duration::from_secs(60))).context("a time limit")?;
        // Such as "HTTP/1.1 429".
        let mut head = [0; 12];
        login.read_exact(&mut head).context("reading an answer")?;
        let text = std::str::from_utf8(&head[9..]).context("a status")?;
        statuses.push(text.parse().with_context(|| format!("a status: {text}"))?);
    }
    Ok(statuses)
}

/// Sends logins and returns their connections, on which the answers are still to be read.
fn flood(server: &DevServer) -> Result<Vec<TcpStream>> {
    let address = server.address().trim_start_matches("http://");
    let body = json!({ "user": "bob", "password": "wrong" }).to_string();
    let request = format!(
        "PUT /v1/auth/{NAME}/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut logins = Vec::with_capacity(LOGINS);
    for _ in 0..LOGINS {
        let mut client = TcpStream::connect(address).context("connecting to the server")?;
        client.write_all(request.as_bytes()).context("sending a login")?;
        logins.push(client);
    }
    Ok(logins)
}

fn time(api: &BlockingClient, path: &str) -> Result<Duration> {
    let begun = Instant::now();
    api.read(path).success()?;
    Ok(begun.elapsed())
}

//! Many clients for a while: no error, and nothing is left of them afterwards.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use plugin_host::server::{DevServer, procfs};
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_the_newest_servers;
use crate::setting::dev_server;

on_the_newest_servers!(ten_seconds_of_64_clients_give_no_error_and_leave_nothing_behind);

const CLIENTS: usize = 64;

/// How much the plugin's resident memory may grow from one second of load to ten.
const GROWTH: u64 = 8 << 20;

fn ten_seconds_of_64_clients_give_no_error_and_leave_nothing_behind(
    binary: &ServerBinary,
) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let plugin = server.wait_for_plugins(1, Duration::ZERO)?[0];

    // What is taken once, threads and buffers for so many clients, is not growth.
    load(&server, Duration::from_secs(1))?;
    let before = Use::of(plugin)?;
    let requests = load(&server, Duration::from_secs(10))?;
    assert!(requests > 1000, "only {requests} requests: that is too little load");
    assert_eq!(server.wait_for_plugins(1, Duration::ZERO)?, [plugin], "it is the same process");

    let start = Instant::now();
    let mut after = Use::of(plugin)?;
    // What a client leaves may take a moment to go.
    while after.files > before.files && start.elapsed() < Duration::from_secs(2) {
        thread::sleep(Duration::from_millis(20));
        after = Use::of(plugin)?;
    }
    println!("{requests} requests; before {before:?}, after {after:?}");
    assert!(after.files <= before.files, "open files: {before:?}, then {after:?}");
    assert!(after.threads <= before.threads, "threads: {before:?}, then {after:?}");
    assert!(after.memory <= before.memory + GROWTH, "memory: {before:?}, then {after:?}");
    Ok(())
}

/// What a process takes of the machine.
#[derive(Clone, Copy, Debug)]
struct Use {
    files: usize,
    threads: usize,
    memory: u64,
}

impl Use {
    fn of(pid: u32) -> Result<Self> {
        Ok(Self {
            files: procfs::open_files(pid).context("the plugin runs")?,
            threads: procfs::threads(pid).context("the plugin runs")?,
            memory: procfs::resident_bytes(pid).context("the plugin runs")?,
        })
    }
}

/// Lets all clients work for so long; the number of their requests.
fn load(server: &DevServer, time: Duration) -> Result<usize> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                // Each its own connection.
                let (api, done) = (server.api(), &done);
                scope.spawn(move || {
                    // No client writes on after one of them failed.
                    let outcome = write_and_read(&api, client, done);
                    done.fetch_or(outcome.is_err(), Ordering::Relaxed);
                    outcome
                })
            })
            .collect();
        let start = Instant::now();
        while start.elapsed() < time && !done.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
        done.store(true, Ordering::Relaxed);
        let mut requests = 0;
        for client in clients {
            requests += client.join().map_err(|_| anyhow!("a client panicked"))??;
        }
        Ok(requests)
    })
}

/// One write, then three reads, over and over.
fn write_and_read(api: &BlockingClient, client: usize, done: &AtomicBool) -> Result<usize> {
    let path = format!("mock/{client}/key");
    let mut requests = 0;
    for number in 0.. {
        let body = json!({ "number": number, "client": client });
        api.write(&path, &body).success()?;
        for _ in 0..3 {
            let answer = api.read(&path).success()?;
            ensure!(answer.data == body, "{body} was written, {} read", answer.data);
        }
        requests += 4;
        if done.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(requests)
}

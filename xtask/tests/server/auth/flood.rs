//! A flood of wrong logins: what goes on beside it, and what it costs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;
use serde_json::json;

use super::{logged_in, login, server, set_password};
use crate::on_the_newest_servers;
use crate::setting::register;

on_the_newest_servers!(a_flood_of_wrong_logins_takes_little_memory_and_lets_others_work);

/// How many clients log in wrongly at once.
const CLIENTS: usize = 64;

/// How often each of them tries.
const ATTEMPTS: usize = 4;

/// What the plugin may have in memory at any time, in KiB. A hash takes 7 MiB, and without a bound
/// there would be as many as clients.
const MEMORY: u64 = 100 << 10;

/// The longest that a request beside the flood may take. A right login stands in the same queue as
/// the wrong ones, and the machine may have other things to do.
const PATIENCE: Duration = Duration::from_secs(10);

fn a_flood_of_wrong_logins_takes_little_memory_and_lets_others_work(
    binary: &ServerBinary,
) -> Result<()> {
    let (server, api) = server(binary)?;
    let plugin = server.wait_for_plugins(1, Duration::ZERO)?[0];
    register(&api)?;
    api.enable_secrets("mock", xtask::tutorial::NAME).success()?;
    set_password(&api, "bob", "correct")?;

    let ended = AtomicUsize::new(0);
    let start = Instant::now();
    let [right, users, entries] = thread::scope(|scope| {
        let (api, ended) = (&api, &ended);
        let flood: Vec<_> = (0..CLIENTS)
            .map(|client| scope.spawn(move || log_in_wrongly(api, client, ended)))
            .collect();
        let beside: [Request; 3] = [
            |api, _| logged_in(api, "bob", "correct").map(drop),
            // No hash is needed for these, so that they pass the waiting logins.
            |api, _| Ok(api.read("auth/auth-mock/user/bob").success().map(drop)?),
            |api, number| {
                let data = json!({ "number": number });
                api.write("mock/test", &data).success()?;
                let found = api.read("mock/test").success()?;
                ensure!(found.data == data, "{data} was written, {} read", found.data);
                Ok(())
            },
        ];
        let beside = beside.map(|request| scope.spawn(move || repeat(api, request, ended)));
        for client in flood {
            client.join().map_err(|_| anyhow!("a client of the flood panicked"))??;
        }
        let mut done = [Done::default(); 3];
        for (done, client) in done.iter_mut().zip(beside) {
            *done = client.join().map_err(|_| anyhow!("a client beside it panicked"))??;
        }
        Ok::<_, anyhow::Error>(done)
    })?;
    let peak = peak_memory(plugin)?;
    println!("{:?}, {peak} KiB; {right:?}, {users:?}, {entries:?}", start.elapsed());

    assert!(right.count > 0, "no right login came through");
    for passing in [users, entries] {
        assert!(passing.count > right.count, "{passing:?} waited for hashes: {right:?}");
    }
    for done in [right, users, entries] {
        assert!(done.slowest < PATIENCE, "{done:?}");
    }
    let both = server.wait_for_plugins(2, Duration::ZERO)?;
    assert!(both.contains(&plugin), "it is another process");
    assert!(peak < MEMORY, "the plugin took {peak} KiB");
    Ok(())
}

/// A request beside the flood, and its number.
type Request = fn(&BlockingClient, usize) -> Result<()>;

/// What was done while the flood lasted.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    count: usize,
    slowest: Duration,
}

/// Logs in with the wrong password or an unknown name, on a connection of its own each time.
/// Each attempt that has ended is counted, with whatever answer, so that the test does not wait for
/// it.
fn log_in_wrongly(api: &BlockingClient, client: usize, ended: &AtomicUsize) -> Result<()> {
    let user = if client.is_multiple_of(2) { "bob" } else { "unknown" };
    let mut answers = Vec::new();
    for _ in 0..ATTEMPTS {
        answers.push(login(api, &json!({ "user": user, "password": "wrong" })));
        ended.fetch_add(1, Ordering::Relaxed);
    }
    for answer in answers {
        ensure!(answer.status == 403, "a wrong login: {answer:?}");
    }
    Ok(())
}

/// Repeats a request until the flood is over; those that ended before that.
fn repeat(api: &BlockingClient, request: Request, ended: &AtomicUsize) -> Result<Done> {
    let mut done = Done::default();
    loop {
        let begun = Instant::now();
        request(api, done.count)?;
        if ended.load(Ordering::Relaxed) == CLIENTS * ATTEMPTS {
            return Ok(done);
        }
        done.count += 1;
        done.slowest = done.slowest.max(begun.elapsed());
    }
}

/// The most memory that a process ever had, in KiB.
fn peak_memory(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.context("no VmHWM")?.trim().parse()?)
}

//! Sudden ends and orderly ones: of the plugin, of the server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use cargo_vault_plugin::server::{Capability, ServerBinary};
use plugin_host::BlockingClient;
use plugin_host::server::procfs;
use serde_json::json;
use xtask::tutorial::NAME;

use crate::kill::{kill, kill_plugin, once_noticed};
use crate::on_every_server;
use crate::setting::{dev_server, processes_of};

on_every_server!(
    a_plugin_killed_under_load_comes_back_with_all_that_was_written,
    a_killed_servers_plugin_leaves_with_its_sockets,
    a_new_mount_works_at_once_after_a_kill,
    a_reload_keeps_the_data,
    a_server_with_plugins_ends_soon_and_in_good_order,
);

const CLIENTS: usize = 4;

/// How long after a kill requests may fail: for a while the server goes on sending them to the dead
/// socket. Up to 31 ms after the kill were seen with the machine lightly used; with it overloaded,
/// up to 49 ms after the server had logged the end of the process.
const RECOVERY: Duration = Duration::from_millis(500);

/// How long a plugin may stay after its server was killed: a second, and some time for a machine
/// that has other things to do.
const LEAVING: Duration = Duration::from_secs(3);

/// How long a server may take to end: a second, and some time as above. A plugin that doesn't leave
/// when it is told to costs it more than two.
const ENDING: Duration = Duration::from_millis(1500);

fn a_plugin_killed_under_load_comes_back_with_all_that_was_written(
    binary: &ServerBinary,
) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    // Vault before 1.12 starts the process with the first request.
    api.write("mock/first", json!({ "number": 0 })).success()?;
    let killed = server.wait_for_plugins(1, Duration::ZERO)?[0];

    let done = AtomicBool::new(false);
    let (kill, written) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (api, done) = (api.clone(), &done);
                scope.spawn(move || write_until(&api, client, done))
            })
            .collect();
        thread::sleep(Duration::from_millis(700));
        let kill = kill(killed).map(|()| Instant::now());
        thread::sleep(RECOVERY + Duration::from_millis(1500));
        done.store(true, Ordering::Relaxed);
        let written: Result<Vec<_>> = clients
            .into_iter()
            .map(|client| client.join().map_err(|_| anyhow!("a client panicked"))?)
            .collect();
        Ok::<_, anyhow::Error>((kill?, written?))
    })?;

    for Written { client, kept, last, failures } in &written {
        assert!(*kept > 20, "client {client} wrote only {kept}: that is too little load");
        let recovered = kill + RECOVERY;
        assert!(*last > recovered, "client {client} wrote nothing after the recovery");
        let late: Vec<_> = failures
            .iter()
            .filter(|(begun, _)| *begun > recovered)
            .map(|(begun, words)| (*begun - kill, words))
            .collect();
        assert!(late.is_empty(), "client {client}, begun this long after the kill: {late:?}");
        for number in 0..*kept {
            let answer = api.read(&format!("mock/{client}/{number}"));
            assert_eq!(answer.data["number"], number, "client {client}, entry {number} is lost");
        }
    }
    let now = server.wait_for_plugins(1, Duration::ZERO)?;
    assert_ne!(now, [killed], "it is another process");
    Ok(())
}

/// What one client got done.
struct Written {
    client: usize,
    /// The entries 0 to this were acknowledged.
    kept: usize,
    /// When the last of them was acknowledged.
    last: Instant,
    /// When each failed request was begun, and what the server said.
    failures: Vec<(Instant, String)>,
}

/// Writes one entry after the other; one that fails is written again.
fn write_until(api: &BlockingClient, client: usize, done: &AtomicBool) -> Result<Written> {
    let mut written = Written { client, kept: 0, last: Instant::now(), failures: Vec::new() };
    while !done.load(Ordering::Relaxed) {
        let body = json!({ "number": written.kept });
        let begun = Instant::now();
        let answer = api.write(&format!("mock/{client}/{}", written.kept), &body);
        if answer.is_success() {
            written.kept += 1;
            written.last = Instant::now();
        } else {
            written.failures.push((begun, answer.error_text()));
        }
    }
    Ok(written)
}

fn a_killed_servers_plugin_leaves_with_its_sockets(binary: &ServerBinary) -> Result<()> {
    let mut server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    api.write("mock/test", json!({ "message": "Hello World" })).success()?;
    let plugin = server.wait_for_plugins(1, Duration::ZERO)?[0];
    let sockets = procfs::bound_sockets(plugin);
    assert!(!sockets.is_empty() && sockets.iter().all(|path| path.exists()), "{sockets:?}");

    server.kill()?;
    let start = Instant::now();
    server.wait_for_plugins(0, LEAVING)?;
    println!("the plugin left {:?} after its server", start.elapsed());
    assert!(sockets.iter().all(|path| !path.exists()), "{sockets:?} are left");
    Ok(())
}

fn a_reload_keeps_the_data(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("one", NAME).success()?;
    api.enable_secrets("two", NAME).success()?;
    let data = json!({ "message": "Hello World" });
    api.write("one/test", &data).success()?;
    api.write("two/test", &data).success()?;
    let processes = processes_of(2, binary);
    let before = server.wait_for_plugins(processes, Duration::ZERO)?;

    api.write("sys/plugins/reload/backend", json!({ "plugin": NAME })).success()?;
    assert_eq!(api.read("one/test").success()?.data, data);
    assert_eq!(api.read("two/test").success()?.data, data);
    let after = server.wait_for_plugins(processes, Duration::from_secs(10))?;
    assert!(after.iter().all(|pid| !before.contains(pid)), "{after:?} and {before:?}");
    Ok(())
}

/// The server keeps the dead process in mind until a request finds it. Told to start one more
/// mount, it starts the plugin through its fallback.
fn a_new_mount_works_at_once_after_a_kill(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    let (one, two) = (json!({ "mount": "one" }), json!({ "mount": "two" }));
    api.enable_secrets("one", NAME).success()?;
    api.write("one/test", &one).success()?;
    let killed = kill_plugin(&server)?;
    api.enable_secrets("two", NAME).success()?;
    api.write("two/test", &two).success()?;
    assert_eq!(api.read("two/test").success()?.data, two);
    assert_eq!(once_noticed(|| api.read("one/test")).success()?.data, one);
    assert_eq!(api.read("two/test").success()?.data, two, "after the other came back");
    api.enable_secrets("three", NAME).success()?;
    assert_eq!(api.read("three/test").error_text(), "No value at three/test");

    let processes = server.plugin_processes()?;
    assert!(!processes.contains(&killed) && !processes.is_empty(), "{processes:?}");
    for mount in ["one", "two", "three"] {
        api.disable_secrets(mount).success()?;
    }
    server.wait_for_plugins(0, Duration::from_secs(10))?;
    Ok(())
}

fn a_server_with_plugins_ends_soon_and_in_good_order(binary: &ServerBinary) -> Result<()> {
    let mut server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("one", NAME).success()?;
    api.enable_secrets("two", NAME).success()?;
    api.write("one/test", json!({ "message": "Hello World" })).success()?;
    server.wait_for_plugins(1, Duration::ZERO)?;

    let took = server.stop()?;
    println!("the server took {took:?} to end");
    assert!(took < ENDING, "it took {took:?}");
    server.wait_for_plugins(0, Duration::from_millis(200))?;
    // Older versions of Vault kill every process, and say so.
    let killed = server.log().contains("failed to exit gracefully");
    assert!(
        !killed || !binary.can(Capability::ProtocolVersion5),
        "a process did not end by itself"
    );
    assert_eq!(server.sockets(), Vec::<std::path::PathBuf>::new(), "sockets are left");
    Ok(())
}

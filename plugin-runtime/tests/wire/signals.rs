//! The effect of each signal on a plugin: the same as on a Go plugin, except that a Go plugin
//! leaves its socket behind.
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::process::Command;

use crate::host::certificate::HostCertificate;
use crate::host::connection::Connection;
use crate::host::line::Line;
use crate::host::mount::request;
use crate::host::process::{Launch, Process};
use crate::host::{Host, PATIENCE, tls};

/// The effect of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The plugin continues to serve.
    Lives,
    /// The plugin stops until it is continued.
    Stops,
    /// The plugin exits, and can remove its socket.
    Ends,
    /// The plugin ends at once.
    Dies,
    /// A Go plugin ends. Rust's standard library takes the first one for a stack overflow, finds
    /// none, and continues.
    Segmentation,
}

/// All signals of Linux except the two that libc reserves.
fn table() -> Vec<(i32, Fate)> {
    let fates = |numbers: &[i32], fate| numbers.iter().map(|n| (*n, fate)).collect::<Vec<_>>();
    let mut table = Vec::new();
    // HUP, QUIT, TRAP, ABRT, BUS, TERM, STKFLT, SYS, and the first real-time signal.
    table.extend(fates(&[1, 3, 5, 6, 7, 15, 16, 31, 34], Fate::Ends));
    // ILL, FPE, KILL.
    table.extend(fates(&[4, 8, 9], Fate::Dies));
    // SEGV.
    table.extend(fates(&[11], Fate::Segmentation));
    // STOP, TSTP, TTIN, TTOU.
    table.extend(fates(&[19, 20, 21, 22], Fate::Stops));
    // INT, USR1, USR2, PIPE, ALRM, CHLD, CONT, URG, XCPU, XFSZ, VTALRM, PROF, WINCH, IO, PWR.
    let ignored = [2, 10, 12, 13, 14, 17, 18, 23, 24, 25, 26, 27, 28, 29, 30];
    table.extend(fates(&ignored, Fate::Lives));
    table.extend((35..=64).map(|number| (number, Fate::Lives)));
    table
}

fn with(fate: Fate) -> Vec<i32> {
    table().into_iter().filter(|(_, found)| *found == fate).map(|(number, _)| number).collect()
}

/// Sends any signal, real-time ones included, and waits until a thread has taken it.
async fn send(process: &Process, number: i32) {
    let kill = format!("kill -{number} {}", process.id);
    let sent = Command::new("sh").args(["-c", &kill]).status().await.expect("a shell");
    assert!(sent.success(), "{kill}");
    until(|| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id));
        let status = status.unwrap_or_default();
        // A process that has ended keeps the signal that ended it.
        let ended = status.lines().any(|line| line.starts_with("State:\tZ"));
        let pending = status.lines().find_map(|line| line.strip_prefix("ShdPnd:"));
        ended || pending.is_none_or(|mask| u64::from_str_radix(mask.trim(), 16) == Ok(0))
    })
    .await;
}

async fn until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "it does not come about");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn stopped(process: &Process) {
    until(|| {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id));
        stat.is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')))
    })
    .await;
}

#[test]
fn the_table_has_every_signal_once() {
    let mut numbers: Vec<i32> = table().into_iter().map(|(number, _)| number).collect();
    numbers.sort_unstable();
    let all: Vec<i32> = (1..=64).filter(|number| ![32, 33].contains(number)).collect();
    assert_eq!(numbers, all);
}

#[tokio::test]
async fn what_go_ignores_is_ignored() {
    let mut host = Host::start().await;
    let mount = host.mount("mount").await;
    for number in with(Fate::Lives) {
        for _ in 0..2 {
            send(&host.process, number).await;
        }
        let answer = mount.read("echo").await;
        assert!(answer.is_ok() && host.process.is_alive(), "signal {number}: {answer:?}");
    }
    host.shut_down().await;
    let remains = host.process.left().await;
    assert_eq!((remains.status.code(), remains.sockets().len()), (Some(0), 0), "{remains:?}");
}

#[tokio::test]
async fn what_ends_a_plugin_in_go_ends_it_and_its_socket() {
    for number in with(Fate::Ends) {
        let host = Host::start().await;
        let _mount = host.mount("mount").await;
        assert!(host.socket().exists());
        send(&host.process, number).await;
        let remains = host.process.left().await;
        assert_eq!(remains.sockets().len(), 0, "signal {number}: {remains:?}");
        let code = if [1, 15, 34].contains(&number) { 0 } else { 2 };
        assert_eq!(remains.status.code(), Some(code), "signal {number}: {remains:?}");
        assert!(remains.stderr.contains("by a signal"), "signal {number}: {}", remains.stderr);
    }
}

#[tokio::test]
async fn what_no_program_can_outlive_ends_it() {
    let certificate = HostCertificate::generate();
    for number in with(Fate::Dies) {
        let process = Launch::by_server(&certificate).start();
        process.line().await;
        send(&process, number).await;
        assert_eq!(process.left().await.status.signal(), Some(number));
    }
}

#[tokio::test]
async fn what_stops_a_process_stops_it_until_it_is_continued() {
    let mut host = Host::start().await;
    let mount = host.mount("mount").await;
    for number in with(Fate::Stops) {
        send(&host.process, number).await;
        stopped(&host.process).await;
        send(&host.process, 18).await;
        assert!(mount.read("echo").await.is_ok() && host.process.is_alive(), "signal {number}");
    }
}

#[tokio::test]
async fn a_request_that_holds_the_thread_keeps_no_signal_from_ending_the_plugin() {
    for number in with(Fate::Ends) {
        let host = Host::start().await;
        let mount = host.mount("mount").await;
        let hold = request("read", "hold", &json!({ "milliseconds": 3_600_000 }));
        let held = tokio::spawn(async move { mount.send(hold).await });
        host.process.logged("holding").await;
        send(&host.process, 12).await;
        send(&host.process, number).await;
        let remains = host.process.left().await;
        assert_eq!(remains.sockets().len(), 0, "signal {number}: {remains:?}");
        // With several threads, one is free to see the signal.
        let several = cfg!(feature = "multi-thread");
        let how = if several { "by a signal" } else { "blocked the thread" };
        assert!(remains.stderr.contains(how), "{number}: {}", remains.stderr);
        assert!(held.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn a_hangup_that_the_starter_ignores_stays_ignored() {
    let certificate = HostCertificate::generate();
    let launch = Launch::by_server(&certificate).through("sh", &["-c", "trap '' HUP; exec \"$0\""]);
    let mut process = launch.start();
    process.line().await;
    for _ in 0..2 {
        send(&process, 1).await;
    }
    assert!(process.is_alive());
    send(&process, 15).await;
    let remains = process.left().await;
    assert!(remains.stderr.contains("SIGTERM"), "{}", remains.stderr);
}

/// The Go plugin, if `cargo xtask test` has built it. The table above holds without it too; this
/// shows that it describes Go.
#[tokio::test]
async fn the_table_is_that_of_a_plugin_in_go() {
    let Some(peer) = std::env::var_os("XTASK_GO_PEER").map(PathBuf::from) else {
        let _ = writeln!(
            std::io::stderr(),
            "the signals of a plugin in Go are not compared: XTASK_GO_PEER names no build of it"
        );
        return;
    };
    let certificate = HostCertificate::generate();
    for (number, fate) in table() {
        let exec = format!("exec '{}'", peer.display());
        let launch = Launch::by_server(&certificate)
            .through("env", &["--default-signal", "sh", "-c", exec.as_str()]);
        let mut process = launch.env("VAULT_PLUGIN_AUTOMTLS_ENABLED", "true").start();
        let line = Line::parse(&process.line().await);
        // It handles SIGINT after it has printed the line, and before it accepts connections. Any
        // answer to TLS is enough, even if the two share no cipher.
        let config = tls::client(Some(&certificate), &line.certificate());
        let _answered = Connection::open(&line.address, config).await;
        send(&process, number).await;
        match fate {
            Fate::Lives => assert!(process.is_alive(), "signal {number}"),
            Fate::Stops => stopped(&process).await,
            Fate::Ends | Fate::Dies | Fate::Segmentation => {}
        }
        if matches!(fate, Fate::Lives | Fate::Stops) {
            // Then this signal has ended it, and no earlier one.
            send(&process, 9).await;
            assert_eq!(process.left().await.status.signal(), Some(9), "signal {number}");
        } else {
            let status = process.left().await.status;
            let own = status.signal() == Some(number) || status.code() == Some(2);
            assert!(own, "signal {number}: {status}");
        }
    }
}

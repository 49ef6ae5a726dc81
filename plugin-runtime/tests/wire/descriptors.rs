//! File descriptors: as many as the system allows, and what happens when none is left.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::net::UnixStream;

use crate::host::certificate::HostCertificate;
use crate::host::connection::Connection;
use crate::host::mount::{Mount, data_of, request};
use crate::host::process::Launch;
use crate::host::tls::client;
use crate::host::{Host, PATIENCE};

/// A limit that leaves room for a few mounts.
const FEW: u64 = 24;

fn put(value: &str) -> Value {
    json!({ "op": "put", "key": "key", "value": value })
}

/// Returns a mount that has been used, or the text of the error of its first use.
async fn used(host: &Host, number: u64) -> Result<Mount, String> {
    let mount = host.mount(&format!("mount-{number}")).await;
    let reply = mount.send(request("update", "storage", &put("value"))).await.expect("an answer");
    match reply.err {
        None => Ok(mount),
        Some(err) => Err(err.err_msg),
    }
}

/// Uses mounts until no descriptor is left.
async fn exhausted(host: &Host) -> (Vec<Mount>, String) {
    let mut mounts = Vec::new();
    for number in 0..FEW {
        match used(host, number).await {
            Ok(mount) => mounts.push(mount),
            Err(text) => return (mounts, text),
        }
    }
    panic!("{FEW} descriptors are enough for as many mounts");
}

fn limits(host: &Host) -> String {
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", host.process.id)).unwrap();
    limits.lines().find(|line| line.starts_with("Max open files")).unwrap().to_owned()
}

#[tokio::test]
async fn the_soft_limit_is_raised_to_the_hard_one() {
    let host = Host::launch(|launch| launch.descriptors(32, 256)).await;
    let fields = limits(&host);
    let numbers: Vec<_> = fields.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers, ["256", "256"], "{fields}");
    for number in 0..60 {
        used(&host, number).await.unwrap();
    }
}

#[tokio::test]
async fn the_mount_that_finds_no_descriptor_says_so_and_no_other_is_harmed() {
    let host = Host::launch(|launch| launch.descriptors(FEW, FEW)).await;
    let (mut mounts, text) = exhausted(&host).await;
    assert!(mounts.len() > 4, "only {} mounts", mounts.len());
    for part in ["file descriptor", "24", "Too many open files"] {
        assert!(text.contains(part), "`{part}` in {text}");
    }
    for mount in &mounts {
        assert_eq!(mount.storage(put("again")).await, json!({ "answer": Value::Null }));
    }
    // Setting an existing mount up again needs no new descriptor, and a mount that ends releases
    // its own.
    host.is_served("beside").await;
    mounts.pop().unwrap().clean_up().await.unwrap();
    let begun = Instant::now();
    while let Err(text) = used(&host, FEW + 1).await {
        assert!(begun.elapsed() < PATIENCE, "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_socket_needs_no_descriptor() {
    let host = Host::launch(|launch| launch.descriptors(FEW, FEW)).await;
    let (mounts, _) = exhausted(&host).await;
    let bytes = 8 << 20;
    for _ in 0..3 {
        let answer = mounts[0].ask(&format!("large/{bytes}"), &Value::Null).await;
        assert_eq!(answer["text"].as_str().map(str::len), Some(bytes));
    }
    // Nor does an entry on its way to the server.
    let fill = json!({ "op": "fill", "key": "key", "bytes": bytes });
    assert_eq!(mounts[0].storage(fill).await, json!({ "answer": true }));
    assert_eq!(host.connection.end(), None, "the connection there was");
}

#[tokio::test]
async fn connections_that_find_no_descriptor_are_waited_for() {
    let host = Host::launch(|launch| launch.descriptors(FEW, FEW)).await;
    let mount = host.mount("mount").await;
    mount.storage(put("value")).await;
    let mut intruders = Vec::new();
    for _ in 0..2 * FEW {
        intruders.push(UnixStream::connect(&host.line.address).await.unwrap());
    }
    let logged = host.process.logged("file descriptor").await;
    assert!(logged.to_string().contains("24"), "{logged}");
    mount.storage(put("beside")).await;
    let config = client(Some(&host.certificate), &host.line.certificate());
    let connection = Connection::to(&host.line, config).await.expect("the server gets in");
    assert!(connection.answers().await);
    drop(intruders);
    host.is_served("another").await;
    let log = host.process.stderr.so_far();
    let lines = log.matches("file descriptor").count();
    assert!(lines < 20, "{lines} lines of the same");
}

#[tokio::test]
async fn a_start_without_enough_descriptors_says_so() {
    let certificate = HostCertificate::generate();
    let mut reasons = 0;
    for limit in 4..=FEW {
        let process = Launch::by_server(&certificate).descriptors(limit, limit).start();
        let started = process.stdout.until(|text| text.contains('\n'), PATIENCE).await;
        if started.is_some() {
            break;
        }
        let remains = process.left().await;
        // With fewer, not even the program's libraries can be loaded.
        if remains.stderr.contains("cannot open shared object file") {
            continue;
        }
        assert_eq!(remains.status.code(), Some(1), "{limit}: {remains:?}");
        let said = remains.stderr.contains("file descriptor");
        assert!(said && remains.stderr.contains("ulimit"), "{limit}: {remains:?}");
        assert_eq!(remains.sockets().len(), 0, "{limit}: {remains:?}");
        reasons += 1;
    }
    assert!(reasons > 2, "{reasons} starts failed");
}

#[tokio::test]
async fn a_large_answer_is_not_lost_when_the_descriptors_go_meanwhile() {
    let host = Host::launch(|launch| launch.descriptors(FEW, FEW)).await;
    let (mounts, _) = exhausted(&host).await;
    let bytes = 4 << 20;
    let path = format!("large/{bytes}");
    let asked = mounts.iter().map(|mount| mount.read(&path));
    for reply in futures_util::future::join_all(asked).await {
        let reply = reply.expect("an answer");
        assert_eq!(data_of(&reply)["text"].as_str().map(str::len), Some(bytes));
    }
}

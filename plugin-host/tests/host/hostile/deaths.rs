//! A plugin that dies, at each stage of its life.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plugin_host::{Enable, HostError, InstanceError};

use super::peer::{Peer, Reply, launch};
use crate::engine::{error, is_usable};
use crate::scratch::Scratch;

/// Kills the process that noted its id last.
fn kill_last(pids: &PathBuf) {
    let noted = std::fs::read_to_string(pids).unwrap();
    let pid: i32 = noted.lines().last().unwrap().parse().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

/// A plugin that dies at its `n`-th call of a method, counted from 1, and at those after it up to
/// `last`, without an answer.
fn dies_at(scratch: &Scratch, method: &'static str, n: usize, last: usize) -> Peer {
    let pids = scratch.other("pids");
    let calls = Arc::new(AtomicUsize::new(0));
    Peer::new(scratch, move |asked| {
        if asked != method {
            return None;
        }
        let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
        if !(n..=last).contains(&call) {
            return None;
        }
        kill_last(&pids);
        Some(Reply::Never)
    })
}

#[tokio::test]
async fn right_after_the_line() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |_| Some(Reply::Never));
    let path = peer.script(&scratch, "echo dying >&2; exit 4");
    // The socket is there; only the calls tell.
    if let Ok(process) = launch(&path, &scratch.run()).start().await {
        let error = process.supports_multiplexing().await.unwrap_err();
        assert_eq!(error, InstanceError::Gone);
        assert_eq!(process.exited().await.code(), Some(4));
        assert!(process.log().contains("dying"));
    }
    scratch.is_clean().await;
}

#[tokio::test]
async fn while_a_mount_is_made() {
    for method in ["MultiplexingSupport", "Setup", "Type", "SpecialPaths", "Initialize"] {
        let scratch = Scratch::new();
        // The first call is the probe's, where it makes one.
        let first = usize::from(matches!(method, "MultiplexingSupport" | "Setup")) + 1;
        let peer = dies_at(&scratch, method, first, usize::MAX);
        let host = peer.host(&scratch, |launch| launch).await;
        let refused = host.enable(Enable::secrets("peer")).await.unwrap_err();
        assert!(matches!(refused, HostError::Instance(InstanceError::Gone)), "{method}: {refused}");
        assert!(host.mounts().is_empty() && host.processes().is_empty(), "{method}");
        is_usable(&host).await;
        scratch.is_clean().await;
    }
}

#[tokio::test]
async fn while_it_is_registered() {
    for method in ["MultiplexingSupport", "Setup", "Version"] {
        let scratch = Scratch::new();
        let peer = dies_at(&scratch, method, 1, 1);
        let host = peer.host(&scratch, |launch| launch).await;
        assert_eq!(host.plugins().len(), 1, "{method}: registered without a version");
        host.enable(Enable::secrets("peer")).await.unwrap();
        drop(host);
        scratch.is_clean().await;
    }
}

#[tokio::test]
async fn during_a_request_which_is_repeated_once() {
    let scratch = Scratch::new();
    let peer = dies_at(&scratch, "HandleRequest", 1, 2);
    let host = peer.host(&scratch, |launch| launch).await;
    host.enable(Enable::secrets("peer")).await.unwrap();
    let answer = host.read("peer/x").await;
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(error(&answer).contains("plugin is shut down"), "{answer:?}");
    assert_eq!(scratch.pids().len(), 3, "the probe's, the first and the second one");
    assert_eq!(host.read("peer/x").await.status, 404, "by a third one");
    assert_eq!(scratch.pids().len(), 4);
    assert_eq!(host.processes().len(), 1);
    is_usable(&host).await;
    drop(host);
    scratch.is_clean().await;
}

#[tokio::test]
async fn during_its_cleanup() {
    let scratch = Scratch::new();
    let peer = dies_at(&scratch, "Cleanup", 1, 1);
    let host = peer.host(&scratch, |launch| launch).await;
    host.enable(Enable::secrets("peer")).await.unwrap();
    host.disable("peer").await.unwrap();
    assert!(host.processes().is_empty());
    scratch.is_clean().await;
}

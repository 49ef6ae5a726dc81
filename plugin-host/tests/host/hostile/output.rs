//! Logs and output of a plugin that writes what it likes.

use plugin_host::Left;

use super::peer::{Peer, launch};
use crate::scratch::{Scratch, until};

#[tokio::test]
async fn huge_and_binary_logs_are_read_and_bounded() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |_| None);
    let flood = "head -c 2000000 /dev/zero | tr '\\0' y >&2\nhead -c 500000 /dev/urandom >&2\n\
                 yes | head -c 400000 >&2\necho >&2\n";
    let script = peer.script(&scratch, &format!("{flood}echo after >&2\nexec sleep 600"));
    let text = std::fs::read_to_string(&script).unwrap();
    let first = text.lines().take(2).collect::<Vec<_>>().join("\n");
    let rest = text.lines().skip(2).collect::<Vec<_>>().join("\n");
    let body = format!("{}\n{flood}echo before >&2\n{rest}", first.lines().nth(1).unwrap());
    let path = scratch.script("peer", &body);
    let process = launch(&path, &scratch.run()).start().await.unwrap();
    until("the log is read to its end", || process.log().contains("after")).await;
    let lines = process.log().lines();
    let bytes: usize = lines.iter().map(|line| line.raw.len()).sum();
    assert!(bytes <= 1024 * 1024, "{bytes}");
    assert!(lines.len() < 5000, "{}", lines.len());
    assert!(lines.iter().all(|line| line.raw.len() <= 3 * 64 * 1024));
    process.shut_down().await;
    scratch.is_clean().await;
}

#[tokio::test]
async fn noise_on_stdout_neither_blocks_the_plugin_nor_fills_memory() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |_| None);
    let path = peer.script(&scratch, "yes noise | head -c 3000000\necho done >&2\nexec sleep 600");
    let process = launch(&path, &scratch.run()).start().await.unwrap();
    until("the plugin got rid of it", || process.log().contains("done")).await;
    let noise = process.stdout();
    assert!(noise.starts_with("noise\n") && noise.len() <= 4096, "{}", noise.len());
    process.shut_down().await;
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_plugin_that_does_not_leave_is_killed() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |_| None);
    let path = peer.script(&scratch, "trap '' TERM INT HUP\nwhile :; do sleep 600; done");
    let process = launch(&path, &scratch.run()).start().await.unwrap();
    let Left::Killed(exited) = process.shut_down().await else { panic!("it left") };
    assert!(exited.to_string().contains("SIGKILL"), "{exited}");
    assert_eq!(process.exited_by_now(), Some(exited));
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_launch_that_is_given_up_leaves_nothing() {
    let scratch = Scratch::new();
    let path = scratch.script("silent", "exec sleep 600");
    let starting = tokio::spawn(scratch.launch(&path).start());
    until("it runs", || scratch.pids().len() == 1).await;
    starting.abort();
    assert!(starting.await.unwrap_err().is_cancelled());
    scratch.is_clean().await;
}

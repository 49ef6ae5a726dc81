//! What a plugin answers that has started well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use plugin_host::{Enable, Host, HostError, InstanceError, Launch};

use super::peer::{Peer, Reply, launch};
use crate::engine::{error, is_usable};
use crate::scratch::Scratch;

fn unimplemented() -> Option<Reply> {
    Some(Reply::Status(12, "unknown service".to_owned()))
}

async fn end(scratch: &Scratch, host: Host) {
    is_usable(&host).await;
    drop(host);
    scratch.is_clean().await;
}

#[tokio::test]
async fn answers_that_are_none_fail_the_request_and_nothing_else() {
    let scratch = Scratch::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let replies = [
        (Reply::Announced(1 << 30), "limit is: 67108864"),
        // Less than the limit, and never sent.
        (Reply::Announced(60 << 20), "context deadline exceeded"),
        (Reply::Never, "context deadline exceeded"),
        (Reply::Opened, "context deadline exceeded"),
        (Reply::Reset, "rpc error"),
        (Reply::Message(vec![0xff; 100]), "rpc error"),
        (Reply::Status(13, "x".repeat(100_000)), "rpc error"),
        (Reply::Status(99, String::new()), "rpc error"),
    ];
    let given = replies.clone();
    let peer = Peer::new(&scratch, move |method| {
        (method == "HandleRequest").then(|| {
            let index = counted.fetch_add(1, Ordering::SeqCst);
            given.get(index).map_or(Reply::Message(Vec::new()), |(reply, _)| reply.clone())
        })
    });
    let host = peer.host(&scratch, |launch| launch).await;
    host.enable(Enable::secrets("peer")).await.unwrap();
    for (index, (_, said)) in replies.iter().enumerate() {
        let answer = host.read("peer/x").await;
        assert_eq!(answer.status, 500, "{index}: {answer:?}");
        assert!(error(&answer).contains(said), "{index}: {}", error(&answer));
    }
    assert_eq!(host.read("peer/x").await.status, 404, "the next one is answered");
    assert_eq!(asked.load(Ordering::SeqCst), replies.len() + 1, "nothing is asked twice");
    assert_eq!(scratch.pids().len(), 2, "the probe's and the mount's process, and no other");
    end(&scratch, host).await;
}

#[tokio::test]
async fn a_flood_of_resets_does_not_end_the_connection() {
    let scratch = Scratch::new();
    let left = Arc::new(AtomicUsize::new(300));
    let counted = Arc::clone(&left);
    let peer = Peer::new(&scratch, move |method| {
        let resets = method == "HandleRequest"
            && counted
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok();
        resets.then_some(Reply::Reset)
    });
    let host = peer.host(&scratch, |launch| launch).await;
    host.enable(Enable::secrets("peer")).await.unwrap();
    let requests = (0..300).map(|_| host.read("peer/x"));
    for answer in futures_util::future::join_all(requests).await {
        assert_eq!(answer.status, 500, "{answer:?}");
    }
    assert_eq!(left.load(Ordering::SeqCst), 0);
    assert_eq!(host.read("peer/x").await.status, 404);
    assert_eq!(scratch.pids().len(), 2, "it is the same process");
    end(&scratch, host).await;
}

/// Why a mount can't be made when a method is answered so.
async fn refusal(method: &'static str, reply: Reply) -> HostError {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, move |asked| (asked == method).then(|| reply.clone()));
    let host = peer.host(&scratch, |launch| launch).await;
    let refused = host.enable(Enable::secrets("peer")).await.unwrap_err();
    assert!(host.mounts().is_empty() && host.processes().is_empty(), "{refused}");
    end(&scratch, host).await;
    refused
}

#[tokio::test]
async fn a_mount_is_refused_when_a_step_on_the_way_is() {
    for method in ["MultiplexingSupport", "Setup", "Type", "SpecialPaths", "Initialize"] {
        let text = refusal(method, Reply::Never).await.to_string();
        assert!(text.contains("DeadlineExceeded"), "{method}: {text}");
    }
    let wrong = |error: &HostError| matches!(error, HostError::Instance(InstanceError::Type(9)));
    let error = refusal("Type", Reply::Message(vec![0x08, 9])).await;
    assert!(wrong(&error), "{error}");
    let error = refusal("Type", Reply::Message(vec![0x08, 2])).await;
    assert!(matches!(error, HostError::WrongType { .. }), "{error}");
    // err: "no"
    let error = refusal("Setup", Reply::Message(vec![0x0a, 2, b'n', b'o'])).await;
    assert_eq!(error.to_string(), "no");
    let error = refusal("MultiplexingSupport", Reply::Status(13, "no".to_owned())).await;
    assert_eq!(error.to_string(), "rpc error: code = Internal desc = no");
    let error = refusal("Setup", Reply::Announced(1 << 31)).await.to_string();
    assert!(error.contains("limit is: 67108864"), "{error}");
}

#[tokio::test]
async fn services_that_a_plugin_lacks_are_done_without_where_they_can_be() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |method| match method {
        "StreamStdio" | "MultiplexingSupport" | "Initialize" => unimplemented(),
        _ => None,
    });
    let host = peer.host(&scratch, |launch| launch).await;
    for path in ["a", "b"] {
        host.enable(Enable::secrets("peer").at(path)).await.unwrap();
        assert_eq!(host.read(&format!("{path}/x")).await.status, 404);
    }
    assert_eq!(host.processes().len(), 2, "one process for each mount");
    host.disable("a").await.unwrap();
    assert_eq!(host.processes().len(), 1);
    host.disable("b").await.unwrap();
    assert!(host.processes().is_empty());
    end(&scratch, host).await;
}

#[tokio::test]
async fn a_plugin_without_a_broker_is_told_so() {
    let scratch = Scratch::new();
    let peer =
        Peer::new(&scratch, |method| (method == "StartStream").then(unimplemented).flatten());
    let host = peer.host(&scratch, |launch| launch).await;
    // Whether the answer about the broker is there before the mount is set up is a matter of luck.
    for attempt in 0.. {
        assert!(attempt < 200, "the missing broker went unnoticed");
        match host.enable(Enable::secrets("peer")).await {
            Ok(_) => host.disable("peer").await.unwrap(),
            Err(error) => {
                assert!(error.to_string().contains("does not serve plugin.GRPCBroker"), "{error}");
                break;
            }
        }
    }
    end(&scratch, host).await;
}

#[tokio::test]
async fn a_listener_that_does_not_speak_http_is_given_up() {
    let scratch = Scratch::new();
    let socket = scratch.other("noise");
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let speaking = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &[b'x'; 10_000]).await;
        }
    });
    super::peer::script_for(&scratch, &socket, "exec sleep 600");
    let run = scratch.run();
    let host = Host::builder()
        .plugin_directory(scratch.plugins())
        .launch(move |path| launch(path, &run))
        .build();
    host.register(scratch.registration("peer")).await.unwrap();
    let error = host.enable(Enable::secrets("peer")).await.unwrap_err().to_string();
    assert!(error.contains("rpc error") || error.contains("cannot connect"), "{error}");
    end(&scratch, host).await;
    speaking.abort();
}

#[tokio::test]
async fn a_host_that_is_dropped_takes_a_stalling_plugin_along() {
    let scratch = Scratch::new();
    let peer = Peer::new(&scratch, |method| {
        matches!(method, "HandleRequest" | "Cleanup").then_some(Reply::Never)
    });
    let host = peer.host(&scratch, |launch: Launch| launch.exit_timeout(Duration::ZERO)).await;
    host.enable(Enable::secrets("peer")).await.unwrap();
    let kept = (host.process("peer").unwrap().unwrap(), host.faults("peer").unwrap());
    drop(host);
    kept.0.exited().await;
    scratch.is_clean().await;
    drop(kept);
}

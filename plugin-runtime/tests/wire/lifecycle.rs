//! When a plugin's process exits, and what it leaves behind.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;
use tokio::net::UnixStream;

use crate::host::Host;
use crate::host::certificate::HostCertificate;
use crate::host::connection::Connection;
use crate::host::mount::request;
use crate::host::process::{Launch, Remains};

/// A server waits for two seconds and then kills the process.
const IN_TIME: Duration = Duration::from_secs(1);

fn client_of(host: &Host) -> rustls::ClientConfig {
    crate::host::tls::client(Some(&host.certificate), &host.line.certificate())
}

fn left_well(remains: &Remains) {
    assert_eq!(remains.status.code(), Some(0), "{remains:?}");
    assert_eq!(remains.sockets().len(), 0, "{remains:?}");
}

#[tokio::test]
async fn ordered_to_leave_it_is_gone_at_once_and_its_socket_too() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.read("echo").await.unwrap();
    assert!(host.socket().exists());
    let begun = Instant::now();
    host.shut_down().await;
    let remains = host.process.left().await;
    let took = begun.elapsed();
    println!("from Shutdown to the end of the process: {took:?}");
    left_well(&remains);
    assert!(took < IN_TIME, "{took:?}");
}

#[tokio::test]
async fn requests_under_way_do_not_keep_it() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let slow = json!({ "milliseconds": 60_000 });
    let leave = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let begun = Instant::now();
        host.shut_down().await;
        begun
    };
    let (reply, begun) = tokio::join!(mount.send(request("read", "slow", &slow)), leave);
    assert!(reply.is_err(), "{reply:?}");
    let remains = host.process.left().await;
    left_well(&remains);
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_killed_servers_plugin_leaves() {
    let host = Host::start().await;
    let _mount = host.mount("mount").await;
    let begun = Instant::now();
    host.connection.cut();
    let remains = host.process.left().await;
    println!("from the server's death to the end of the process: {:?}", begun.elapsed());
    left_well(&remains);
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    assert!(remains.stderr.contains("the server is gone"), "{}", remains.stderr);
}

#[tokio::test]
async fn a_server_that_closes_the_brokers_stream_and_gives_no_order_is_left() {
    let mut host = Host::start().await;
    let _mount = host.mount("mount").await;
    let begun = Instant::now();
    host.close_broker();
    let remains = host.process.left().await;
    left_well(&remains);
    // The order follows the close within milliseconds, and the plugin must still be running.
    assert!(begun.elapsed() >= Duration::from_millis(400), "{:?}", begun.elapsed());
    assert!(begun.elapsed() < 3 * IN_TIME, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_order_that_follows_the_close_is_taken() {
    let mut host = Host::start().await;
    let mount = host.mount("mount").await;
    host.close_broker();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(mount.read("echo").await.is_ok());
    let begun = Instant::now();
    host.shut_down().await;
    let remains = host.process.left().await;
    left_well(&remains);
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    assert!(!remains.stderr.contains("the server is gone"), "{}", remains.stderr);
}

#[tokio::test]
async fn without_a_server_it_leaves_after_a_while_and_with_one_it_stays() {
    let certificate = HostCertificate::generate();
    // One process to which no client connects, and one that refuses its client.
    let alone = Launch::by_server(&certificate).start();
    let visited = Launch::by_server(&certificate).start();
    let line = crate::host::line::Line::parse(&visited.line().await);
    let _visitor = UnixStream::connect(&line.address).await.unwrap();
    let mut host = Host::start().await;
    for remains in [alone.left().await, visited.left().await] {
        left_well(&remains);
        let lifetime = remains.lifetime;
        assert!(lifetime >= Duration::from_secs(14), "{lifetime:?}");
        assert!(remains.stderr.contains("no server has connected"), "{}", remains.stderr);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(host.process.is_alive());
    host.is_served("mount").await;
}

#[tokio::test]
async fn an_interrupt_is_the_servers_business() {
    let mut host = Host::start().await;
    let mount = host.mount("mount").await;
    for _ in 0..3 {
        host.process.signal(Signal::SIGINT);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(mount.read("echo").await.is_ok());
    assert!(host.process.is_alive());
}

#[tokio::test]
async fn terminated_it_leaves_and_takes_its_socket_with_it() {
    let host = Host::start().await;
    let _mount = host.mount("mount").await;
    host.process.signal(Signal::SIGTERM);
    let remains = host.process.left().await;
    left_well(&remains);
    assert!(remains.stderr.contains("terminated by a signal"), "{}", remains.stderr);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn core_dumps_are_forbidden() {
    let host = Host::start().await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", host.process.id)).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    // The only limit that Linux also applies if dumps go to a program.
    assert_eq!(words[4..6], ["1", "1"], "{line}");
}

#[tokio::test]
async fn a_process_that_was_asked_for_nothing_leaves_and_one_that_was_asked_stays() {
    let start = || Host::launch(|launch| launch.args(&["--soon"]));
    let (mut asked, mut set_up, mut cleaned_up) = (start().await, start().await, start().await);
    assert!(asked.connection.answers().await, "whether it serves many mounts");
    let mount = set_up.mount("mount").await;
    cleaned_up.mount("mount").await.clean_up().await.unwrap();
    // Everything that a server opens with its connection; then it forgets the process.
    let forgotten = start().await;
    let connected = Connection::to(&forgotten.line, client_of(&forgotten)).await.unwrap();
    let remains = forgotten.process.left().await;
    left_well(&remains);
    assert!(remains.stderr.contains("made no call"), "{remains:?}");
    drop(connected);
    // Processes that were called are older, and still run: a server may have kept them for a later
    // mount, even after their last one has ended.
    for host in [&mut asked, &mut set_up, &mut cleaned_up] {
        assert!(host.process.is_alive());
    }
    mount.read("echo").await.unwrap();
    cleaned_up.is_served("another").await;
    asked.is_served("first").await;
}

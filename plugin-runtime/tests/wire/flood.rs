//! A flood of connections by peers that never complete a handshake: the server can still connect.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use crate::host::connection::Connection;
use crate::host::tls::client;
use crate::host::{Host, PATIENCE};

/// How long the server may take to connect.
const SOON: Duration = Duration::from_secs(1);

/// How often it may try before it counts as locked out: the machine may be busy with something
/// else.
const TRIES: usize = 4;

/// The head of a TLS record that announces a ClientHello of 512 bytes, and the hello's beginning.
const HALF_A_HELLO: &[u8] = &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 1, 2, 3];

trait Open: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Open for T {}

/// Connects to the plugin and sends `words`. Waits if the backlog is full.
async fn intrude(host: &Host, words: &[u8]) -> Option<Box<dyn Open>> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let address = &host.line.address;
        let connected: std::io::Result<Box<dyn Open>> = match host.line.network() {
            "tcp" => TcpStream::connect(address).await.map(|stream| Box::new(stream) as _),
            _ => UnixStream::connect(address).await.map(|stream| Box::new(stream) as _),
        };
        if let Ok(mut stream) = connected {
            // A connection that has already been refused has had its effect.
            let _ = stream.write_all(words).await;
            return Some(stream);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    None
}

/// Returns how long the server takes to connect and to get an answer to a call.
async fn gets_in(host: &Host) -> Duration {
    let begun = Instant::now();
    let config = client(Some(&host.certificate), &host.line.certificate());
    let call = async {
        let connection = Connection::to(&host.line, config).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(connection.answers().await)
    };
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(true)) => begun.elapsed(),
        _ => PATIENCE,
    }
}

async fn the_server_gets_in_beside(arguments: &'static [&'static str], count: usize, words: &[u8]) {
    let host = Host::launch(|launch| launch.args(arguments)).await;
    let mut best = PATIENCE;
    for _ in 0..TRIES {
        let mut intruders = Vec::with_capacity(count);
        for _ in 0..count {
            // The connections of a full backlog wait for the plugin as the server does.
            match tokio::time::timeout(SOON, intrude(&host, words)).await {
                Ok(intruder) => intruders.push(intruder),
                Err(_) => break,
            }
        }
        best = best.min(gets_in(&host).await);
        if best < SOON {
            break;
        }
    }
    assert!(best < SOON, "{count} with {words:?} {arguments:?}: in after {best:?}");
    assert_eq!(host.connection.end(), None, "the connection there was");
    host.is_served("mount").await;
}

const UNIX: &[&str] = &[];
const TCP: &[&str] = &["--tcp"];

#[tokio::test]
async fn the_server_gets_in_beside_64_silent_connections() {
    for network in [UNIX, TCP] {
        the_server_gets_in_beside(network, 64, b"").await;
    }
}

#[tokio::test]
async fn the_server_gets_in_beside_a_thousand_silent_connections() {
    for network in [UNIX, TCP] {
        the_server_gets_in_beside(network, 1000, b"").await;
    }
}

#[tokio::test]
async fn the_server_gets_in_beside_half_open_handshakes() {
    for network in [UNIX, TCP] {
        for count in [64, 1000] {
            the_server_gets_in_beside(network, count, HALF_A_HELLO).await;
        }
    }
}

#[tokio::test]
async fn the_server_gets_in_beside_garbage() {
    for network in [UNIX, TCP] {
        for words in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x16, 3, 1, 0xff, 0xff], &[0; 64]] {
            the_server_gets_in_beside(network, 1000, words).await;
        }
    }
}

#[tokio::test]
async fn a_flood_of_refusals_is_not_one_of_log_lines() {
    let host = Host::start().await;
    for _ in 0..500 {
        intrude(&host, b"GET / HTTP/1.1\r\n\r\n").await;
    }
    host.process.logged("TLS handshake refused").await;
    assert!(gets_in(&host).await < PATIENCE);
    let log = host.process.stderr.so_far();
    let lines = log.matches("TLS handshake refused").count();
    assert!(lines <= 100, "{lines} lines");
}

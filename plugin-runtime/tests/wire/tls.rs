//! Who may connect: only the owner of the certificate that the plugin was started with. Whatever an
//! untrusted client tries, the server is still served.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::host::Host;
use crate::host::certificate::HostCertificate;
use crate::host::connection::Connection;
use crate::host::tls::{client, client_of, provider};

/// Returns whether a client with this configuration can make a call.
async fn is_let_in(host: &Host, config: ClientConfig) -> bool {
    match Connection::open(&host.line.address, config).await {
        Ok(connection) => connection.answers().await,
        Err(_) => false,
    }
}

/// Presents any certificate with any key, as no honest client can.
#[derive(Debug)]
struct Forged(Arc<CertifiedKey>);

impl ResolvesClientCert for Forged {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        _sigschemes: &[rustls::SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn presenting(certificate: &HostCertificate, key: &HostCertificate, pinned: &[u8]) -> ClientConfig {
    let key = provider().key_provider.load_private_key(key.key()).unwrap();
    let forged = CertifiedKey::new(vec![certificate.certificate.clone()], key);
    let mut config = client(None, pinned);
    config.client_auth_cert_resolver = Arc::new(Forged(Arc::new(forged)));
    config
}

#[tokio::test]
async fn the_true_host_is_let_in_as_often_as_it_likes() {
    let host = Host::start().await;
    let pinned = host.line.certificate();
    for _ in 0..3 {
        assert!(is_let_in(&host, client(Some(&host.certificate), &pinned)).await);
    }
    // The forger's tools work: with the right key, they are accepted.
    assert!(is_let_in(&host, presenting(&host.certificate, &host.certificate, &pinned)).await);
}

#[tokio::test]
async fn strangers_are_refused_and_the_host_is_served_on() {
    let host = Host::start().await;
    let pinned = host.line.certificate();
    let stranger = HostCertificate::generate();
    let tls12 = &[&rustls::version::TLS12];
    let cases = [
        ("no certificate", client(None, &pinned)),
        ("a foreign certificate", client(Some(&stranger), &pinned)),
        (
            "the right certificate without its key",
            presenting(&host.certificate, &stranger, &pinned),
        ),
        (
            "a foreign certificate by the right key",
            presenting(&stranger, &host.certificate, &pinned),
        ),
        ("TLS 1.2 alone", client_of(tls12, Some(&host.certificate), &pinned)),
    ];
    for (number, (name, config)) in cases.into_iter().enumerate() {
        assert!(!is_let_in(&host, config).await, "{name}");
        host.is_served(&format!("mount-{number}")).await;
    }
    host.process.logged("TLS handshake refused").await;
    assert_eq!(host.connection.end(), None, "the host's own connection");
}

#[tokio::test]
async fn plaintext_is_refused_and_the_host_is_served_on() {
    let host = Host::start().await;
    if let Ok(connection) = Connection::open_plaintext(&host.line.address).await {
        assert!(!connection.answers().await);
    }
    for noise in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\0\0\0\0\0\0\0\0", &[0x16, 3, 1, 0xff, 0xff]] {
        let mut socket = UnixStream::connect(&host.line.address).await.unwrap();
        socket.write_all(noise).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let read = socket.read_to_end(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(5), read).await;
        assert!(read.is_ok(), "the connection is closed after {noise:?}");
        // At most an alert.
        assert!(answer.len() <= 7, "{answer:?}");
    }
    host.is_served("mount").await;
}

#[tokio::test]
async fn who_connects_and_says_nothing_is_in_nobodys_way() {
    let host = Host::start().await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(UnixStream::connect(&host.line.address).await.unwrap());
    }
    let pinned = host.line.certificate();
    assert!(is_let_in(&host, client(Some(&host.certificate), &pinned)).await);
    host.is_served("mount").await;
    drop(silent);
}

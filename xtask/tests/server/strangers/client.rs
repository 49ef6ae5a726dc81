//! A client that tries to get into a plugin's socket, honest or not.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use p521::ecdsa::signature::Signer as _;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureAlgorithm,
    SignatureScheme, StreamOwned,
};

use super::certificate::Certificate;

/// How long a plugin may leave an untrusted client waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// A client's first words in HTTP/2: the preface and a frame of settings without any.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// The length of a frame's head, and where in it the type is, and the type of a server's first one.
const FRAME_HEAD: usize = 9;
const FRAME_TYPE: usize = 3;
const SETTINGS: u8 = 4;

/// Whether the plugin speaks HTTP/2 with a client of this configuration; none is plaintext.
///
/// In TLS 1.3 a client is done with the handshake before the server has looked at its certificate:
/// that the server says anything after it is the sign.
pub(super) fn is_let_in(socket: &Path, config: Option<ClientConfig>) -> Result<bool> {
    let stream = UnixStream::connect(socket).context("connecting to the plugin's socket")?;
    stream.set_read_timeout(Some(PATIENCE)).context("a time limit")?;
    match config {
        None => speaks_http2(stream),
        Some(config) => {
            let name = ServerName::try_from("localhost").context("a name")?;
            let connection = ClientConnection::new(Arc::new(config), name).context("a client")?;
            speaks_http2(StreamOwned::new(connection, stream))
        }
    }
}

fn speaks_http2(mut stream: impl Read + Write) -> Result<bool> {
    let mut head = [0; FRAME_HEAD];
    let spoken = stream.write_all(PREFACE).and_then(|()| stream.flush());
    match spoken.and_then(|()| stream.read_exact(&mut head)) {
        Ok(()) if head[FRAME_TYPE] == SETTINGS => Ok(true),
        Ok(()) => bail!("no HTTP/2, no alert either: {head:?}"),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            bail!("neither let in nor refused after {PATIENCE:?}")
        }
        Err(_) => Ok(false),
    }
}

/// A client without a certificate.
pub(super) fn anonymous() -> Result<ClientConfig> {
    config(None)
}

/// An honest client.
pub(super) fn presenting(shown: &Certificate) -> Result<ClientConfig> {
    let key = provider().key_provider.load_private_key(shown.key()).context("the key")?;
    config(Some(CertifiedKey::new(vec![shown.certificate.clone()], key)))
}

/// A client that shows the server's certificate, and signs with a key of its own of the same kind.
pub(super) fn forging(certificate: CertificateDer<'static>) -> Result<ClientConfig> {
    let key =
        p521::ecdsa::SigningKey::from_slice(&[1; 66]).map_err(|error| anyhow!("a key: {error}"))?;
    config(Some(CertifiedKey::new(vec![certificate], Arc::new(WrongKey(key)))))
}

fn provider() -> CryptoProvider {
    ring::default_provider()
}

fn config(shown: Option<CertifiedKey>) -> Result<ClientConfig> {
    let provider = Arc::new(provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("TLS 1.3")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Careless(provider)));
    let mut config = match shown {
        None => builder.with_no_client_auth(),
        Some(key) => builder.with_client_cert_resolver(Arc::new(Shown(Arc::new(key)))),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Shows one certificate, to any client.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A sound key on the curve of servers' keys, but not the certificate's.
#[derive(Clone)]
struct WrongKey(p521::ecdsa::SigningKey);

impl std::fmt::Debug for WrongKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WrongKey")
    }
}

impl SigningKey for WrongKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&self.scheme()).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for WrongKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: p521::ecdsa::Signature = self.0.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

/// Takes any plugin for the right one: what is tested is the plugin's care.
#[derive(Debug)]
struct Careless(Arc<CryptoProvider>);

impl ServerCertVerifier for Careless {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 was not offered".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

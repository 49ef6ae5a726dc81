//! TLS between a plugin and its server, of whose certificates each side accepts exactly one.
//!
//! In protocol 5 (AutoMTLS) each side makes a certificate at start, and the two are exchanged when the
//! plugin is launched. In protocols 3 and 4 the server makes one with its key, and both sides use it.
//!
//! This is the only module that uses rustls.

mod api;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
mod p521;
mod pinned;
mod provider;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
mod ring;
mod shared_pair;
mod signatures;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use rustls::SupportedProtocolVersion;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::NoServerSessionStorage;
use rustls::sign::{self, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub(crate) use api::{ApiArguments, ApiTls, ApiTlsError, ArgumentError, Refused};
use pinned::PinnedCertificate;
pub use shared_pair::SharedPair;

/// The name on both certificates of AutoMTLS, whatever the socket.
const SERVER_NAME: &str = "localhost";

/// gRPC for Go refuses a connection without ALPN for HTTP/2.
const HTTP_2: &[u8] = b"h2";

/// The length of PEM's lines.
const PEM_LINE: usize = 64;

/// Reasons why TLS cannot be configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    #[error("PLUGIN_CLIENT_CERT is not a certificate in PEM")]
    Pem,
    #[error("the server's certificate is invalid, or does not have exactly one DNS name")]
    SharedCertificate,
    #[error("cannot create a certificate")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot configure TLS")]
    Rustls(#[from] rustls::Error),
}

/// This process's key pair and self-signed certificate, created at each start.
pub struct CertifiedKey {
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl CertifiedKey {
    /// Creates a key and a certificate for it: P-256, valid for `localhost`.
    pub fn generate() -> Result<Self, TlsError> {
        let key = rcgen::KeyPair::generate()?;
        let mut params = rcgen::CertificateParams::new([SERVER_NAME.to_owned()])?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, SERVER_NAME);
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self { certificate, key: PrivatePkcs8KeyDer::from(key.serialize_der()) })
    }

    /// Returns the certificate in DER, for the handshake line.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Returns the certificate in PEM, for a plugin's environment.
    pub fn certificate_pem(&self) -> String {
        let base64 = STANDARD.encode(&self.certificate);
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for (index, letter) in base64.chars().enumerate() {
            if index > 0 && index % PEM_LINE == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem.push_str("\n-----END CERTIFICATE-----\n");
        pem
    }
}

impl fmt::Debug for CertifiedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertifiedKey").finish_non_exhaustive()
    }
}

/// TLS with one peer, in both roles: the main connection and the brokered ones use the same key
/// pairs with the roles swapped.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Configures TLS between `certified_key` and the owner of the certificate in `peer_pem`.
    pub fn with_peer(certified_key: &CertifiedKey, peer_pem: &str) -> Result<Self, TlsError> {
        Self::auto_mtls(certified_key, certificate_from_pem(peer_pem)?)
    }

    /// Configures TLS between `certified_key` and the owner of the certificate in this DER.
    pub fn with_certificate(certified_key: &CertifiedKey, peer: &[u8]) -> Result<Self, TlsError> {
        Self::auto_mtls(certified_key, checked(CertificateDer::from(peer.to_vec()))?)
    }

    /// Sets up TLS with the other holder of `pair`, for either side. It speaks TLS 1.2 as well, which is
    /// all that some servers of protocols 3 and 4 know.
    pub fn with_shared_pair(pair: &SharedPair) -> Result<Self, TlsError> {
        let certified_key = Arc::clone(&pair.certified_key);
        let peer = certified_key.end_entity_cert()?.clone().into_owned();
        let provider = provider::for_shared_pair();
        Self::pinned(certified_key, peer, provider, &[&TLS13, &TLS12], pair.name.clone())
    }

    fn auto_mtls(
        certified_key: &CertifiedKey,
        peer: CertificateDer<'static>,
    ) -> Result<Self, TlsError> {
        let provider = provider::for_auto_mtls();
        let chain = vec![certified_key.certificate.clone()];
        let key = PrivateKeyDer::Pkcs8(certified_key.key.clone_key());
        let certified_key = Arc::new(sign::CertifiedKey::from_der(chain, key, &provider)?);
        let name = ServerName::try_from(SERVER_NAME).map_err(|_| TlsError::Pem)?;
        Self::pinned(certified_key, peer, provider, &[&TLS13], name)
    }

    fn pinned(
        certified_key: Arc<sign::CertifiedKey>,
        peer: CertificateDer<'static>,
        provider: CryptoProvider,
        versions: &[&'static SupportedProtocolVersion],
        name: ServerName<'static>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(provider);
        let pinned = Arc::new(PinnedCertificate::new(peer, &provider));
        let shown = Arc::new(SingleCertAndKey::from(certified_key));
        let server = server_config(Arc::clone(&shown), &provider, &pinned, versions)?;
        let client = client_config(shown, provider, pinned, versions)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
            name,
        })
    }

    /// Returns the origin of calls to the peer: the name on its certificate.
    pub fn origin(&self) -> Uri {
        let name = self.name.to_str();
        Uri::try_from(format!("https://{name}")).unwrap_or_default()
    }

    /// Performs the server's half of a handshake over `socket`.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        socket: S,
    ) -> std::io::Result<tokio_rustls::server::TlsStream<S>> {
        self.acceptor.accept(socket).await.map_err(pinned::explained)
    }

    /// Performs the client's half of a handshake over `socket`.
    pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        socket: S,
    ) -> std::io::Result<tokio_rustls::client::TlsStream<S>> {
        self.connector.connect(self.name.clone(), socket).await.map_err(pinned::explained)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn server_config(
    shown: Arc<SingleCertAndKey>,
    provider: &Arc<CryptoProvider>,
    pinned: &Arc<PinnedCertificate>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<rustls::ServerConfig, TlsError> {
    let verifier: Arc<PinnedCertificate> = Arc::clone(pinned);
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(versions)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(shown);
    config.alpn_protocols = vec![HTTP_2.to_vec()];
    // Each connection proves possession of the key again; resuming one would save nothing.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

fn client_config(
    shown: Arc<SingleCertAndKey>,
    provider: Arc<CryptoProvider>,
    pinned: Arc<PinnedCertificate>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<rustls::ClientConfig, TlsError> {
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .dangerous()
        .with_custom_certificate_verifier(pinned)
        .with_client_cert_resolver(shown);
    config.alpn_protocols = vec![HTTP_2.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

/// Returns the first certificate in a PEM text. The text comes from the environment and contains
/// one certificate block; any text around it is ignored.
fn certificate_from_pem(pem: &str) -> Result<CertificateDer<'static>, TlsError> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let body = pem
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END))
        .map(|(body, _)| body)
        .ok_or(TlsError::Pem)?;
    let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(base64).map_err(|_| TlsError::Pem)?;
    checked(CertificateDer::from(der))
}

/// Checks that it is a certificate, so that a mistake is reported before the first handshake.
fn checked(certificate: CertificateDer<'static>) -> Result<CertificateDer<'static>, TlsError> {
    rustls::server::ParsedCertificate::try_from(&certificate).map_err(|_| TlsError::Pem)?;
    Ok(certificate)
}

#[cfg(test)]
mod tests;

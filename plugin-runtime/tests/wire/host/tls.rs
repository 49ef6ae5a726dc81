//! A host's TLS: a client on the main connection, a server on the brokered ones.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    SupportedProtocolVersion,
};

use super::certificate::HostCertificate;

#[cfg(feature = "aws-lc-rs")]
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(super::p521::provider())
}

/// Configures a client that trusts only the plugin's certificate, and shows its own if it has one.
pub(crate) fn client(certificate: Option<&HostCertificate>, pinned: &[u8]) -> ClientConfig {
    client_of(&[&rustls::version::TLS13], certificate, pinned)
}

/// Configures it as [`client`] does, for some versions of TLS.
pub(crate) fn client_of(
    versions: &[&'static SupportedProtocolVersion],
    certificate: Option<&HostCertificate>,
    pinned: &[u8],
) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .expect("a version")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned::new(pinned)));
    let mut config = match certificate {
        None => builder.with_no_client_auth(),
        Some(certificate) => builder
            .with_client_auth_cert(vec![certificate.certificate.clone()], certificate.key())
            .expect("a certificate"),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// Configures a server that only accepts the plugin.
pub(crate) fn server(certificate: &HostCertificate, pinned: &[u8]) -> ServerConfig {
    server_of(&[&rustls::version::TLS13], certificate, pinned)
}

/// As [`server`], for some versions of TLS.
pub(crate) fn server_of(
    versions: &[&'static SupportedProtocolVersion],
    certificate: &HostCertificate,
    pinned: &[u8],
) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .expect("a version")
        .with_client_cert_verifier(Arc::new(Pinned::new(pinned)))
        .with_single_cert(vec![certificate.certificate.clone()], certificate.key())
        .expect("a certificate");
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// Trusts one certificate.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    fn new(certificate: &[u8]) -> Self {
        Self { certificate: CertificateDer::from(certificate.to_vec()), provider: provider() }
    }

    fn check(&self, presented: &CertificateDer<'_>) -> Result<(), Error> {
        if *presented == self.certificate {
            Ok(())
        } else {
            Err(Error::General("another certificate than the handshake line's".to_owned()))
        }
    }
}

macro_rules! signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls12_signature(message, certificate, signed, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls13_signature(message, certificate, signed, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.provider.signature_verification_algorithms.supported_schemes()
        }
    };
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity).map(|()| ServerCertVerified::assertion())
    }

    signatures!();
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity).map(|()| ClientCertVerified::assertion())
    }

    signatures!();
}

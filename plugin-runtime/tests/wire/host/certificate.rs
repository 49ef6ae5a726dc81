//! A host's certificate, created as servers create theirs: self-signed, and for a CA.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P384_SHA384};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

pub(crate) struct HostCertificate {
    pub(crate) certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    /// The name on it.
    pub(crate) name: &'static str,
}

impl HostCertificate {
    pub(crate) fn generate() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("a key");
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate").der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self { certificate, key, name: "localhost" }
    }

    /// A pair that the host shares with the plugin in protocols 3 and 4.
    pub(crate) fn shared() -> Self {
        Self::from_der(
            include_bytes!("../../shared_pairs/one.crt.der"),
            include_bytes!("../../shared_pairs/one.key.der"),
            "6d1a4c7e-0b53-4f7e-9a3c-2f5d8e1b7a90",
        )
    }

    /// Another such pair.
    pub(crate) fn shared_with_others() -> Self {
        Self::from_der(
            include_bytes!("../../shared_pairs/other.crt.der"),
            include_bytes!("../../shared_pairs/other.key.der"),
            "0e9f27ab-5c44-4a5d-8f0e-7b6c1d2e3f40",
        )
    }

    fn from_der(certificate: &[u8], key: &[u8], name: &'static str) -> Self {
        Self {
            certificate: CertificateDer::from(certificate.to_vec()),
            key: PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(key.to_vec())),
            name,
        }
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key()
    }

    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }
}

/// Encodes it in lines of 64 characters, as Go does.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("base64 is ASCII"))
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

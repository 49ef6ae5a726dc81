//! A certificate with its key, of the form that servers make.

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P384_SHA384};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

pub(super) struct Certificate {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) pem: String,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Certificate {
    pub(super) fn generate() -> Result<Self> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).context("a key")?;
        let mut params = CertificateParams::new(["localhost".to_owned()]).context("a name")?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).context("a certificate")?;
        Ok(Self {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
        })
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.key.clone_key())
    }
}

//! The key pair of protocols 3 and 4: the server makes one for each process, and both sides use it.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivateSec1KeyDer, ServerName};
use rustls::sign::CertifiedKey;
use webpki::EndEntityCert;
use zeroize::Zeroizing;

use super::{TlsError, provider};

/// One certificate with its key. Both sides of a connection show it and accept nothing else.
pub struct SharedPair {
    pub(super) certified_key: Arc<CertifiedKey>,
    pub(super) name: ServerName<'static>,
}

impl SharedPair {
    /// Returns the pair of a certificate (X.509 in DER) and its key (`ECPrivateKey` of SEC 1 in DER).
    ///
    /// # Errors
    ///
    /// Fails if the certificate is invalid or does not have exactly one DNS name, or if the key is not
    /// its key.
    #[cold]
    pub fn new(certificate: &[u8], key: &Zeroizing<Vec<u8>>) -> Result<Self, TlsError> {
        let certificate = CertificateDer::from(certificate.to_vec());
        let name = only_name(&certificate).ok_or(TlsError::SharedCertificate)?;
        let key = PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(key.to_vec()));
        let certified_key =
            CertifiedKey::from_der(vec![certificate], key, &provider::for_shared_pair())?;
        Ok(Self { certified_key: Arc::new(certified_key), name })
    }
}

impl fmt::Debug for SharedPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPair").field("name", &self.name).finish_non_exhaustive()
    }
}

fn only_name(certificate: &CertificateDer<'_>) -> Option<ServerName<'static>> {
    let parsed = EndEntityCert::try_from(certificate).ok()?;
    let mut names = parsed.valid_dns_names();
    let name = names.next()?;
    if names.next().is_some() {
        return None;
    }
    ServerName::try_from(name.to_owned()).ok()
}

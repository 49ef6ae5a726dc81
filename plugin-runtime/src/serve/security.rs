//! Who may connect to a process, and what its handshake line says of that.

use std::ffi::OsString;

use super::process::StartError;
use crate::handshake::{Environment, Mode, Negotiated, PROTOCOL_VERSIONS};
use crate::transport::{ApiArguments, CertifiedKey, Tls, unwrap};

/// Who may connect, and what the handshake line says of it.
pub(super) struct Security {
    pub(super) tls: Option<Tls>,
    pub(super) plaintext: bool,
    pub(super) certificate: Vec<u8>,
}

impl Security {
    /// Makes or gets the keys that the mode needs, from the server's API in one case.
    pub(super) async fn new(
        negotiated: Negotiated,
        mode: Mode,
        environment: &Environment,
        plaintext_allowed: bool,
    ) -> Result<Self, StartError> {
        let no_peer = Self { tls: None, plaintext: false, certificate: Vec::new() };
        if let Negotiated::Nothing { .. } = negotiated {
            // The server reads the version in the line and gives up. Until then no connection
            // is accepted.
            tracing::warn!(
                offered = ?environment.protocol_versions,
                supported = ?PROTOCOL_VERSIONS,
                "the server does not support any protocol version of this plugin"
            );
            return Ok(no_peer);
        }
        if let Some(pem) = &environment.client_certificate {
            let certified_key = CertifiedKey::generate()?;
            let tls = Tls::with_peer(&certified_key, pem)?;
            let certificate = certified_key.certificate().to_vec();
            return Ok(Self { tls: Some(tls), certificate, ..no_peer });
        }
        match (mode, &environment.unwrap_token) {
            (Mode::Metadata, _) => Ok(Self { plaintext: true, ..no_peer }),
            (Mode::OneMount, Some(token)) => {
                let pair = unwrap(token, &api_arguments()?).await?;
                Ok(Self { tls: Some(Tls::with_shared_pair(&pair)?), ..no_peer })
            }
            _ if plaintext_allowed => Ok(Self { plaintext: true, ..no_peer }),
            (Mode::OneMount, None) => Err(StartError::NoUnwrapToken),
            (Mode::ManyMounts, _) => Err(StartError::NoCertificate),
        }
    }
}

fn api_arguments() -> Result<ApiArguments, StartError> {
    let variable = |name: &str| {
        let found = std::env::var(format!("BAO_{name}"));
        found.or_else(|_| std::env::var(format!("VAULT_{name}"))).ok()
    };
    let arguments = std::env::args_os().skip(1).map(OsString::into_string).filter_map(Result::ok);
    Ok(ApiArguments::read(arguments, variable)?)
}

//! TLS with the server's API, as any client of it speaks it: names, dates and authorities are checked.

mod any_certificate;
mod arguments;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::provider;
use any_certificate::AnyCertificate;
pub(crate) use arguments::{ApiArguments, ArgumentError};

/// Why TLS with the server's API cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiTlsError {
    #[error("cannot read {path}, which the plugin's args name; correct them")]
    File { path: PathBuf, source: pem::Error },
    #[error(
        "cannot read the folder {path}, which the plugin's args name as -ca-path; correct them"
    )]
    Folder { path: PathBuf, source: io::Error },
    #[error("{path}, which the plugin's args name, holds no certificate in PEM; correct them")]
    NoCertificate { path: PathBuf },
    #[error("the plugin's args -client-cert and -client-key cannot be used")]
    Client(#[source] Error),
    #[error("cannot configure TLS")]
    Rustls(#[from] Error),
    #[error("`{0}` is not a valid server name; correct -tls-server-name or the server's api_addr")]
    Name(String),
}

/// A handshake that failed.
#[derive(Debug)]
pub(crate) struct Refused {
    /// What to do about it.
    pub(crate) advice: &'static str,
    pub(crate) source: io::Error,
}

impl Refused {
    fn of(source: io::Error) -> Self {
        Self { advice: advice(&source), source }
    }

    /// Returns the refusal that a failed read reports: in TLS 1.3 a server looks at its client's certificate
    /// after the client has finished its handshake.
    pub(crate) fn after_handshake(error: io::Error) -> Result<Self, io::Error> {
        let is_alert = matches!(cause(&error), Some(Error::AlertReceived(_)));
        if is_alert { Ok(Self::of(error)) } else { Err(error) }
    }
}

/// TLS as a client of the server's API.
pub(crate) struct ApiTls {
    connector: TlsConnector,
    server_name: Option<ServerName<'static>>,
}

impl ApiTls {
    /// Reads what the arguments name. Without authorities of its own it trusts those of the system.
    #[cold]
    pub(crate) fn new(arguments: &ApiArguments) -> Result<Self, ApiTlsError> {
        let provider = Arc::new(provider::for_api());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13, &TLS12])?;
        let builder = if arguments.skip_verify {
            let any = AnyCertificate::new(&provider);
            builder.dangerous().with_custom_certificate_verifier(Arc::new(any))
        } else {
            builder.with_root_certificates(roots(arguments)?)
        };
        let mut config = match &arguments.client {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let unreadable = |source| ApiTlsError::File { path: key.clone(), source };
                let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable)?;
                builder
                    .with_client_auth_cert(certificates(certificate)?, key)
                    .map_err(ApiTlsError::Client)?
            }
        };
        config.resumption = rustls::client::Resumption::disabled();
        let server_name = arguments.server_name.clone().map(name).transpose()?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), server_name })
    }

    /// Returns the handshake with `host` over `socket`.
    pub(crate) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        host: &str,
        socket: S,
    ) -> Result<TlsStream<S>, Refused> {
        let name = match &self.server_name {
            Some(name) => name.clone(),
            None => name(host.to_owned()).map_err(|error| Refused {
                advice: "correct it",
                source: io::Error::other(error),
            })?,
        };
        self.connector.connect(name, socket).await.map_err(Refused::of)
    }
}

fn name(text: String) -> Result<ServerName<'static>, ApiTlsError> {
    ServerName::try_from(text.clone()).map_err(|_| ApiTlsError::Name(text))
}

fn roots(arguments: &ApiArguments) -> Result<RootCertStore, ApiTlsError> {
    let mut found = Vec::new();
    if let Some(file) = &arguments.ca_file {
        found.extend(certificates(file)?);
    }
    if let Some(folder) = &arguments.ca_folder {
        found.extend(certificates_in(folder)?);
    }
    if arguments.ca_file.is_none() && arguments.ca_folder.is_none() {
        found = rustls_native_certs::load_native_certs().certs;
    }
    let mut roots = RootCertStore::empty();
    // One that this library cannot use is skipped, as by other programs: systems have such ones.
    roots.add_parsable_certificates(found);
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ApiTlsError> {
    let path = path.to_owned();
    let read =
        CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(ApiTlsError::NoCertificate { path }),
        Ok(found) => Ok(found),
        Err(source) => Err(ApiTlsError::File { path, source }),
    }
}

/// Returns the certificates of all files in a folder. A file without one is skipped.
fn certificates_in(folder: &Path) -> Result<Vec<CertificateDer<'static>>, ApiTlsError> {
    let unreadable = |source| ApiTlsError::Folder { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        found.extend(certificates(&entry.map_err(unreadable)?.path()).unwrap_or_default());
    }
    if found.is_empty() {
        return Err(ApiTlsError::NoCertificate { path: folder.to_owned() });
    }
    Ok(found)
}

fn cause(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|cause| cause.downcast_ref())
}

fn advice(error: &io::Error) -> &'static str {
    match cause(error) {
        // The other one: an authority of the same name.
        Some(Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        )) => {
            "its certificate is not from an authority that this machine trusts: register the plugin again with \
             the argument -ca-cert=FILE, the authority's certificate in PEM"
        }
        Some(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "its certificate is for another name: set api_addr to a name on it",
        Some(Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        )) => "its certificate is not valid now: renew it, or correct this machine's clock",
        Some(Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::HandshakeFailure,
        )) => {
            "it wants a certificate of its clients: register the plugin again with the arguments \
             -client-cert=FILE and -client-key=FILE"
        }
        Some(Error::InvalidMessage(_)) => "no TLS is spoken there: should api_addr be http://?",
        _ => "check its certificate",
    }
}

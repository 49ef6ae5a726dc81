//! The API of a server, as far as a plugin uses it: the operation that unwraps a token.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use super::certificate::{HostCertificate, pem};
use super::tls;

/// How the API answers a request, by the number of the request from 0 on.
type Answers = dyn Fn(usize) -> http::Response<Full<Bytes>> + Send + Sync;

/// What was asked of the API.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) token: String,
}

/// A running API.
pub(crate) struct Api {
    /// The address with its scheme, as `api_addr` names it.
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    listening: AbortHandle,
}

impl Drop for Api {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Api {
    /// One that gives the pair out, once.
    pub(crate) async fn of(pair: &HostCertificate) -> Self {
        Self::answering(gives_once(pair)).await
    }

    pub(crate) async fn answering(
        answers: impl Fn(usize) -> http::Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self::listen(None, Arc::new(answers)).await
    }

    /// One with TLS.
    pub(crate) async fn over_tls(pair: &HostCertificate, config: ServerConfig) -> Self {
        Self::listen(Some(config), Arc::new(gives_once(pair))).await
    }

    async fn listen(config: Option<ServerConfig>, answers: Arc<Answers>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if config.is_some() { "https" } else { "http" };
        let acceptor = config.map(|config| TlsAcceptor::from(Arc::new(config)));
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let listening = tokio::spawn({
            let asked = Arc::clone(&asked);
            async move {
                loop {
                    let (socket, _) = listener.accept().await.expect("a connection");
                    let (asked, answers) = (Arc::clone(&asked), Arc::clone(&answers));
                    let acceptor = acceptor.clone();
                    tokio::spawn(async move {
                        match acceptor {
                            None => serve(socket, asked, answers).await,
                            Some(acceptor) => {
                                let Ok(stream) = acceptor.accept(socket).await else { return };
                                serve(stream, asked, answers).await;
                            }
                        }
                    });
                }
            }
        });
        Self {
            address: format!("{scheme}://127.0.0.1:{port}"),
            asked,
            listening: listening.abort_handle(),
        }
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    /// A token of this server.
    pub(crate) fn token(&self) -> String {
        token(&json!({ "addr": self.address }))
    }
}

async fn serve<S>(stream: S, asked: Arc<Mutex<Vec<Asked>>>, answers: Arc<Answers>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let number = {
            let mut asked = asked.lock();
            let token = request.headers().get("x-vault-token").expect("a token");
            asked.push(Asked {
                line: format!("{} {}", request.method(), request.uri()),
                token: token.to_str().expect("ASCII").to_owned(),
            });
            asked.len() - 1
        };
        let answer = answers(number);
        async move { Ok::<_, Infallible>(answer) }
    });
    // A client may leave at any time.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Gives the pair out for the first token, and for none afterwards.
pub(crate) fn gives_once(
    pair: &HostCertificate,
) -> impl Fn(usize) -> http::Response<Full<Bytes>> + Send + Sync + use<> {
    let body = wrapped(pair).to_string();
    move |number| match number {
        0 => answer(200, body.clone()),
        _ => answer(400, json!({ "errors": [USED] }).to_string()),
    }
}

/// A server's words for a token that was used.
pub(crate) const USED: &str = "wrapping token is not valid or does not exist";

pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> http::Response<Full<Bytes>> {
    let response = http::Response::builder().status(status);
    response.body(Full::new(body.into())).expect("a response")
}

/// The body of a server's answer with a pair.
pub(crate) fn wrapped(pair: &HostCertificate) -> Value {
    json!({
        "request_id": "9a3e9c0f-6f6c-4a4b-8d0e-0c1d2e3f4a5b",
        "lease_id": "", "renewable": false, "lease_duration": 0,
        "data": {
            "ServerCert": STANDARD.encode(&pair.certificate),
            "ServerKey": STANDARD.encode(pair.key().secret_der()),
        },
        "wrap_info": null, "warnings": null, "auth": null,
    })
}

/// A token with these claims besides a server's usual ones. It has no signature: only a
/// server could check one.
pub(crate) fn token(claims: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    let minute = Duration::from_secs(60);
    let mut all = json!({
        "accessor": "", "type": "wrapping", "jti": "s.1234",
        "iat": now.as_secs(), "exp": (now + minute).as_secs(),
    });
    for (name, value) in claims.as_object().expect("an object") {
        all[name] = value.clone();
    }
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        encoded(r#"{"alg":"ES512","typ":"JWT"}"#),
        encoded(&all.to_string()),
        encoded("signature")
    )
}

/// An authority of an operator's own, with what it has signed, in files.
pub(crate) struct Authority {
    directory: TempDir,
    server: (CertificateDer<'static>, PrivateKeyDer<'static>),
    root: CertificateDer<'static>,
}

impl Authority {
    /// Signs a certificate for a server of this name or address, and one for a client.
    pub(crate) fn for_server(name: &str) -> Self {
        let directory = TempDir::new().expect("a directory");
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).expect("a certificate");
        let write = |name: &str, label: &str, der: &[u8]| {
            std::fs::write(directory.path().join(name), pem(label, der)).expect("a file");
        };
        write("ca.pem", "CERTIFICATE", root.der());
        let issuer = Issuer::from_params(&params, &key);
        let signed = |name: &str| {
            let key = KeyPair::generate().expect("a key");
            let params = CertificateParams::new([name.to_owned()]).expect("a name");
            (params.signed_by(&key, &issuer).expect("a certificate"), key)
        };
        let (client, client_key) = signed("client");
        write("client.pem", "CERTIFICATE", client.der());
        write("client.key", "PRIVATE KEY", &client_key.serialize_der());
        let (server, server_key) = signed(name);
        let server_key = PrivatePkcs8KeyDer::from(server_key.serialize_der());
        Self {
            directory,
            server: (server.der().clone(), PrivateKeyDer::Pkcs8(server_key)),
            root: root.der().clone(),
        }
    }

    /// The path of `ca.pem`, `client.pem` or `client.key`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// TLS for the server; with `clients` only those with a certificate of this authority are let in.
    pub(crate) fn config(&self, clients: bool) -> ServerConfig {
        let provider = tls::provider();
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.root.clone()).expect("an authority");
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots),
                provider,
            );
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let (certificate, key) = &self.server;
        builder.with_single_cert(vec![certificate.clone()], key.clone_key()).expect("a certificate")
    }
}

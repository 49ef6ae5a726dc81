//! `sys/wrapping/unwrap` over HTTP on loopback, where plugins of protocols 3 and 4 fetch the key
//! that they share with the host.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use super::Wrappings;
use super::jwt::Signing;
use crate::answer::Answer;
use crate::launch::{LaunchError, SharedKey, UnwrapToken};

/// How long a plugin may take to unwrap its token. Servers' choice.
const TTL: Duration = Duration::from_secs(60);

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);

/// How many connections may be open at once. A plugin has one, for a moment.
const MOST_CONNECTIONS: usize = 64;

/// How long to wait before the next connection is accepted when one could not be.
const AFTER_AN_ERROR: Duration = Duration::from_millis(50);

/// Where it is.
const PATH: &str = "/v1/sys/wrapping/unwrap";

/// The endpoint of one host, which begins to listen when the first token is made. Clones are the
/// same.
#[derive(Clone)]
pub(crate) struct UnwrapEndpoint {
    wrappings: Wrappings,
    listening: Arc<OnceCell<Listening>>,
}

struct Listening {
    address: String,
    signing: Signing,
    _accepting: AbortOnDropHandle<()>,
}

impl UnwrapEndpoint {
    pub(crate) fn new(wrappings: Wrappings) -> Self {
        Self { wrappings, listening: Arc::default() }
    }

    /// Returns a token that unwraps a new key and its certificate, once and within a minute.
    ///
    /// # Errors
    ///
    /// When it can't listen, or the key can't be made.
    pub(crate) async fn token(&self) -> Result<UnwrapToken, LaunchError> {
        let key = SharedKey::generate().map_err(|error| LaunchError::Tls(error.to_string()))?;
        let listening = self.listening.get_or_try_init(|| self.listen()).await;
        let listening = listening.map_err(|source| LaunchError::Unwrap { source })?;
        let token = listening.signing.token(&listening.address, TTL);
        let data = json!({
            "ServerCert": STANDARD.encode(key.certificate()),
            "ServerKey": STANDARD.encode(key.key()),
        });
        let answer = Answer { status: 200, data, ..Answer::default() };
        self.wrappings.keep(&token, answer, "sys/wrapping/wrap", TTL);
        Ok(UnwrapToken::new(token, Arc::new(key)))
    }

    async fn listen(&self) -> io::Result<Listening> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let accepting = tokio::spawn(accept(listener, self.wrappings.clone()));
        Ok(Listening {
            address,
            signing: Signing::new(),
            _accepting: AbortOnDropHandle::new(accepting),
        })
    }
}

impl fmt::Debug for UnwrapEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.listening.get().map(|listening| listening.address.as_str());
        f.debug_struct("UnwrapEndpoint").field("address", &address).finish_non_exhaustive()
    }
}

/// Takes connections until it is dropped, and all of them go with it.
async fn accept(listener: TcpListener, wrappings: Wrappings) {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Of a connection that is gone, or of descriptors that are short for the moment.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection to unwrap a token");
                tokio::time::sleep(AFTER_AN_ERROR).await;
                continue;
            }
        };
        let wrappings = wrappings.clone();
        connections.spawn(async move {
            serve(stream, wrappings).await;
            drop(slot);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, wrappings: Wrappings) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = answer(&wrappings, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).keep_alive(false);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection to unwrap a token broke");
    }
}

fn answer(wrappings: &Wrappings, request: &Request<Incoming>) -> Response<String> {
    let writes = matches!(*request.method(), Method::PUT | Method::POST);
    let answer = match request.uri().path() {
        PATH if writes => {
            let token = request.headers().get("X-Vault-Token");
            wrappings.unwrap(token.and_then(|token| token.to_str().ok()).unwrap_or_default())
        }
        PATH => Answer::refused(405, "unsupported operation"),
        _ => Answer::refused(404, "unsupported path"),
    };
    response(&answer)
}

fn response(answer: &Answer) -> Response<String> {
    let body = if answer.errors.is_empty() {
        json!({
            "request_id": uuid::Uuid::new_v4().to_string(),
            "lease_id": "",
            "renewable": false,
            "lease_duration": 0,
            "data": answer.data,
            "wrap_info": Value::Null,
            "warnings": Value::Null,
            "auth": Value::Null,
        })
    } else {
        json!({ "errors": answer.errors })
    };
    let mut response = Response::new(body.to_string());
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::Clock;

    async fn exchange(address: &str, head: &str) -> (String, Value) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{head}\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().to_owned();
        (status, serde_json::from_str(body).unwrap())
    }

    #[tokio::test]
    async fn a_token_unwraps_its_key_once() {
        let endpoint = UnwrapEndpoint::new(Wrappings::new(Clock::new()));
        let token = endpoint.token().await.unwrap();
        let listening = endpoint.listening.get().unwrap();
        let address = listening.address.strip_prefix("http://").unwrap();
        let unwrap = format!("PUT {PATH} HTTP/1.1\r\nX-Vault-Token: {}", token.text());
        let (status, answer) = exchange(address, &unwrap).await;
        assert_eq!(status, "200");
        for (name, expected) in
            [("ServerCert", token.key().certificate()), ("ServerKey", token.key().key())]
        {
            let sent = STANDARD.decode(answer["data"][name].as_str().unwrap()).unwrap();
            assert_eq!(sent, expected, "{name}");
        }
        let (status, answer) = exchange(address, &unwrap).await;
        assert_eq!(status, "400");
        assert_eq!(answer["errors"][0], "wrapping token is not valid or does not exist");
        for (head, expected) in [
            (format!("PUT {PATH} HTTP/1.1"), "400"),
            (format!("GET {PATH} HTTP/1.1"), "405"),
            ("PUT /v1/secret/a HTTP/1.1".to_owned(), "404"),
        ] {
            assert_eq!(exchange(address, &head).await.0, expected, "{head}");
        }
    }
}

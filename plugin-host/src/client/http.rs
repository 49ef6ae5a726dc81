//! Requests over plain HTTP/1.1, one connection each.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use http::{Method, Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::requests::ApiRequest;
use crate::url;
use plugin_runtime::Headers;
use plugin_runtime::Operation;

/// How long a request may take: servers give up after 90 seconds by themselves.
const LIMIT: Duration = Duration::from_secs(120);

/// The largest answer that is read, in bytes: more than a server accepts in a request.
const LARGEST: usize = 64 << 20;

/// Host and port of a server.
#[derive(Clone, Debug)]
pub(super) struct Address(Arc<str>);

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("this client supports only plain HTTP")]
    Tls,
    #[error("cannot connect")]
    Connect(#[from] io::Error),
    #[error("the answer is not HTTP")]
    Http(#[from] hyper::Error),
    #[error("the request cannot be sent as HTTP")]
    Request(#[from] http::Error),
    #[error("no answer within {} seconds", LIMIT.as_secs())]
    Timeout,
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
}

impl Address {
    pub(super) fn new(address: &str) -> Self {
        Self(address.trim_end_matches('/').into())
    }

    /// Makes a request and reads the answer.
    pub(super) async fn request(&self, request: ApiRequest) -> Answer {
        let helps = request.operation == Operation::Help;
        let sent = tokio::time::timeout(LIMIT, self.exchange(&request)).await;
        match sent.unwrap_or(Err(Failure::Timeout)) {
            Ok(answer) if helps => with_help(answer),
            Ok(answer) => answer,
            Err(failure) => {
                let text = plugin_runtime::__private::error::chain(&failure);
                Answer::refused(0, format!("no answer from {}: {text}", self.0))
            }
        }
    }

    async fn exchange(&self, request: &ApiRequest) -> Result<Answer, Failure> {
        if self.0.starts_with("https://") {
            return Err(Failure::Tls);
        }
        let authority = self.0.strip_prefix("http://").unwrap_or(&self.0);
        let request = http_request(authority, request)?;
        let stream = TcpStream::connect(authority).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let exchange = async move { read(sender.send_request(request).await?).await };
        let mut exchange = std::pin::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            // It may end before the last of the answer is read.
            _ = connection => exchange.await,
        }
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, Failure> {
    let (parts, mut body) = response.into_parts();
    let mut read = BytesMut::new();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        if let Ok(data) = frame?.into_data() {
            if read.len() + data.len() > LARGEST {
                return Err(Failure::TooLarge);
            }
            read.extend_from_slice(&data);
        }
    }
    let mut headers = Headers::new();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.to_string()).or_default().push(value);
    }
    Ok(Answer::from_http(parts.status.as_u16(), headers, &read))
}

/// Puts help, which servers answer without their envelope, into the answer's data.
fn with_help(mut answer: Answer) -> Answer {
    let raw = answer.raw.as_ref().filter(|_| answer.is_success());
    if let Some(help @ Value::Object(_)) =
        raw.and_then(|raw| serde_json::from_slice(&raw.body).ok())
    {
        answer.data = help;
        answer.raw = None;
    }
    answer
}

fn http_request(authority: &str, request: &ApiRequest) -> Result<Request<String>, Failure> {
    let method = match request.operation {
        Operation::Create | Operation::Update => Method::PUT,
        Operation::Patch => Method::PATCH,
        Operation::Delete => Method::DELETE,
        Operation::Header => Method::HEAD,
        Operation::List => Method::from_bytes(b"LIST").map_err(http::Error::from)?,
        Operation::Scan => Method::from_bytes(b"SCAN").map_err(http::Error::from)?,
        _ => Method::GET,
    };
    let writes = matches!(method, Method::PUT | Method::PATCH);
    let method_patches = method == Method::PATCH;
    let mut target = url::target(&request.path);
    let helps = (request.operation == Operation::Help).then(|| ("help", "1".to_owned()));
    let fields = request.data.as_object().filter(|_| !writes);
    let query = url::query(helps.into_iter().chain(fields.into_iter().flat_map(url::pairs)));
    if !query.is_empty() {
        target = format!("{target}?{query}");
    }
    let content_type = match method {
        Method::PATCH => "application/merge-patch+json",
        _ => "application/json",
    };
    let mut built = Request::builder()
        .method(method)
        .uri(target)
        .header("Host", authority)
        .header("X-Vault-Request", "true");
    if let Some(token) = &request.token {
        built = built.header("X-Vault-Token", token);
    }
    if let Some(ttl) = request.wrap_ttl {
        built = built.header("X-Vault-Wrap-TTL", format!("{}s", ttl.as_secs()));
    }
    for (name, values) in &request.headers {
        for value in values {
            built = built.header(name, value);
        }
    }
    // A merge patch is known by its type, also where it has no body.
    if writes && (method_patches || !request.data.is_null()) {
        built = built.header("Content-Type", content_type);
    }
    let body =
        if writes && !request.data.is_null() { request.data.to_string() } else { String::new() };
    Ok(built.body(body)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(request: ApiRequest) -> (String, String, String) {
        let made = http_request("127.0.0.1:1", &request).unwrap();
        (made.method().to_string(), made.uri().to_string(), made.into_body())
    }

    #[test]
    fn reads_have_a_query_and_writes_a_body() {
        let data = json!({ "b": [1, "x&y"], "a": true });
        let read = ApiRequest::new(Operation::Read, "/mock/a b").data(&data);
        let target = "/v1/mock/a%20b?a=true&b=1&b=x%26y".to_owned();
        assert_eq!(made(read), ("GET".to_owned(), target, String::new()));
        let write = ApiRequest::new(Operation::Update, "mock/ü").data(&data);
        let body = data.to_string();
        assert_eq!(made(write), ("PUT".to_owned(), "/v1/mock/%C3%BC".to_owned(), body));
        let (method, target, _) = made(ApiRequest::new(Operation::List, "mock/"));
        assert_eq!((method.as_str(), target.as_str()), ("LIST", "/v1/mock/"));
        let (method, target, _) = made(ApiRequest::new(Operation::Help, "mock/x"));
        assert_eq!((method.as_str(), target.as_str()), ("GET", "/v1/mock/x?help=1"));
    }

    #[test]
    fn token_wrapping_and_patches_are_headers() {
        let request = ApiRequest::new(Operation::Patch, "x").token("t").data(json!({}));
        let made = http_request("127.0.0.1:1", &request.wrapped(Duration::from_secs(60))).unwrap();
        assert_eq!(made.headers()["X-Vault-Token"], "t");
        assert_eq!(made.headers()["X-Vault-Wrap-TTL"], "60s");
        assert_eq!(made.headers()["Content-Type"], "application/merge-patch+json");
    }

    #[tokio::test]
    async fn where_nobody_listens_the_answer_says_so() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let address = Address::new(&format!("http://{free}/"));
        let answer = address.request(ApiRequest::new(Operation::Read, "x")).await;
        assert_eq!(answer.status, 0);
        assert!(answer.errors[0].contains("cannot connect"), "{:?}", answer.errors);
        let secure = Address::new("https://127.0.0.1:1");
        let answer = secure.request(ApiRequest::new(Operation::Read, "x")).await;
        assert!(answer.errors[0].contains("plain HTTP"), "{:?}", answer.errors);
    }
}

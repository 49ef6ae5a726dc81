//! One request and its answer, by HTTP/1.1.
//!
//! What is needed of HTTP is a request without a body and an answer with which the connection ends: a
//! client for more than that costs a plugin's executable tens of kilobytes.

use std::io;

use httparse::{EMPTY_HEADER, Header, Status};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use super::UnwrapError;
use super::answer::{Answer, Head};
use super::api_address::ApiAddress;
use crate::handshake::UnwrapToken;
use crate::transport::Socket;
use crate::transport::stream::Stream;
use crate::transport::tls::{ApiTls, Refused};

/// How large an answer may be, with its head. That of a server is 2 kB.
const MOST_ANSWER_BYTES: usize = 64 * 1024;

/// How many header fields an answer may have. That of a server has fewer than ten.
const MOST_HEADERS: usize = 64;

/// What went wrong in an exchange.
enum Failure {
    Io(io::Error),
    /// What came is not HTTP, or not all of it, or more than there is room for.
    Http,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Sends the token and returns the answer. `tls` is there if the address asks for it.
pub(super) async fn exchange(
    address: &ApiAddress,
    token: &UnwrapToken,
    tls: Option<&ApiTls>,
) -> Result<Answer, UnwrapError> {
    let connect = |source| UnwrapError::Connect { address: address.clone(), source };
    let refused =
        |Refused { advice, source }| UnwrapError::Tls { address: address.clone(), advice, source };
    let socket = TcpStream::connect((address.host(), address.port())).await.map_err(connect)?;
    let socket = Socket::Tcp(socket);
    let stream = match tls {
        None => Stream::Plain(socket),
        Some(tls) => {
            let stream = tls.connect(address.host(), socket).await.map_err(refused)?;
            Stream::Tls(Box::new(stream.into()))
        }
    };
    converse(stream, address, token).await.map_err(|failure| match failure {
        Failure::Io(error) => match Refused::after_handshake(error) {
            Ok(refusal) => refused(refusal),
            Err(source) => UnwrapError::Broken { address: address.clone(), source },
        },
        Failure::Http => UnwrapError::NotAServer { address: address.clone() },
    })
}

async fn converse(
    mut stream: Stream,
    address: &ApiAddress,
    token: &UnwrapToken,
) -> Result<Answer, Failure> {
    let uri = address.uri();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let request = Zeroizing::new(format!(
        "PUT {path} HTTP/1.1\r\nHost: {host}\r\nX-Vault-Token: {}\r\nX-Vault-Request: true\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n",
        token.as_str()
    ));
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    // With room for all of it from the start: growing would leave copies of the key behind.
    let mut received = Zeroizing::new(Vec::with_capacity(MOST_ANSWER_BYTES));
    while received.len() < MOST_ANSWER_BYTES {
        match stream.read_buf(&mut *received).await {
            Ok(0) => return parse(&received).ok_or(Failure::Http),
            Ok(_) => {}
            // The peer closed without TLS's closing message. The answer's head says whether the answer is complete.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return parse(&received).ok_or(Failure::Http);
            }
            Err(error) => return Err(Failure::Io(error)),
        }
    }
    Err(Failure::Http)
}

/// Returns the answer in all that a peer has sent; `None` if that is not HTTP, or a part is missing.
#[cold]
fn parse(mut received: &[u8]) -> Option<Answer> {
    loop {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let Ok(Status::Complete(length)) = response.parse(received) else { return None };
        received = received.get(length..)?;
        let status = response.code?;
        // What comes before the answer itself.
        if (100..200).contains(&status) {
            continue;
        }
        let field = |name: &str| {
            let found =
                response.headers.iter().find(|h: &&Header<'_>| h.name.eq_ignore_ascii_case(name));
            found.and_then(|header| std::str::from_utf8(header.value).ok())
        };
        let head = Head { status, location: field("location") };
        if field("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            return Some(Answer::of(&head, &unchunked(received)?));
        }
        let body = match field("content-length") {
            Some(length) => received.get(..length.parse().ok()?)?,
            None => received,
        };
        return Some(Answer::of(&head, body));
    }
}

/// Returns a body that came in chunks; `None` if the last one is missing.
fn unchunked(mut chunks: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut body = Zeroizing::new(Vec::with_capacity(chunks.len()));
    loop {
        let Ok(Status::Complete((start, length))) = httparse::parse_chunk_size(chunks) else {
            return None;
        };
        let length = usize::try_from(length).ok()?;
        chunks = chunks.get(start..)?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunks.get(..length)?);
        chunks = chunks.get(length..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(received: &str) -> Option<String> {
        let answer = parse(received.as_bytes())?;
        Some(match answer {
            Answer::Status { status, text } => format!("{status}{text}"),
            Answer::Elsewhere(to) => to,
            Answer::Refused(text) => text,
            Answer::Other => "other".to_owned(),
            Answer::Pair { .. } => "a pair".to_owned(),
        })
    }

    #[test]
    fn a_body_ends_where_its_head_says() {
        for (received, expected) in [
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nnoise", Some("404 (`no`)")),
            ("HTTP/1.0 404 Not Found\r\n\r\nnothing", Some("404 (`nothing`)")),
            (
                "HTTP/1.1 500 X\r\ntransfer-encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
                Some("500 (`abc0123456789`)"),
            ),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 502 Bad\r\n\r\n", Some("502")),
            (
                "HTTP/1.1 307 X\r\nLocation: http://b/\r\nContent-Length: 0\r\n\r\n",
                Some("http://b/"),
            ),
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnothing", None),
            ("HTTP/1.1 404 Not Found\r\nContent-Length: -1\r\n\r\nnothing", None),
            ("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", None),
            ("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", None),
            ("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", None),
            ("HTTP/1.1 404 Not Found\r\n", None),
            ("SSH-2.0-OpenSSH_9.2\r\n", None),
            ("", None),
        ] {
            assert_eq!(shown(received).as_deref(), expected, "{received:?}");
        }
    }
}

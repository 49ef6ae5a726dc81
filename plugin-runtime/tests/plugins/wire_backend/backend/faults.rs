//! Handlers that fail, take long, or return too much.

use std::time::Duration;

use plugin_runtime::{Error, Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Planted;

#[expect(clippy::panic, reason = "what a panic does is what is tested")]
pub(super) fn panicking(how: &str, request: &Request) -> Result<Option<Response>, Error> {
    match how {
        "literal" => panic!("a fixed text"),
        "formatted" => {
            let planted: Planted = request.data.parse()?;
            panic!("cannot work with {}", planted.secret)
        }
        "payload" => std::panic::panic_any(42_u32),
        _ => Err(Error::unsupported_path()),
    }
}

pub(super) async fn slow(request: &Request) -> Result<Response, Error> {
    #[derive(Deserialize)]
    struct Slow {
        milliseconds: u64,
    }
    let slow: Slow = request.data.parse()?;
    tokio::time::sleep(Duration::from_millis(slow.milliseconds)).await;
    Response::new(&json!({ "slept": slow.milliseconds }))
}

/// Returns an answer of this many bytes.
pub(super) fn large(bytes: &str) -> Result<Response, Error> {
    let count = bytes.parse().map_err(|_| Error::bad_request("not a number"))?;
    Response::new(&json!({ "text": "x".repeat(count) }))
}

/// Blocks the thread.
pub(super) fn hold(request: &Request) -> Result<Response, Error> {
    let text: Value = request.data.parse()?;
    tracing::info!("holding");
    std::thread::sleep(Duration::from_millis(text["milliseconds"].as_u64().unwrap_or_default()));
    Ok(Response::empty())
}

/// Needs more stack than there is.
#[expect(unconditional_recursion, reason = "what an overflow does is what is tested")]
pub(super) fn overflow(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    overflow(depth + 1) + frame[7]
}

/// Asks for more memory than there is.
pub(super) fn allocate() -> usize {
    std::hint::black_box(Vec::<u8>::with_capacity(isize::MAX as usize)).capacity()
}

//! The line that a plugin prints, as its host reads it.

use std::time::Duration;

use plugin_fuzz::{Limits, target};
use plugin_runtime::handshake::HandshakeLine;

/// The longest part of a line that a refusal repeats, in characters, with the words around it.
const LONGEST_REFUSAL: usize = 200;

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match HandshakeLine::parse(&text) {
        Ok(line) => {
            let printed = line.to_string();
            assert_eq!(HandshakeLine::parse(&printed), Ok(line), "{printed}");
        }
        Err(error) => {
            assert!(error.to_string().chars().count() < LONGEST_REFUSAL, "a long refusal");
        }
    }
}

target!(
    handshake_line,
    words: &[
        "1", "|", "5", "unix", "tcp", "/tmp/plugin1", "127.0.0.1:1234", "grpc", "netrpc", "AQID",
        "AQ==", "true", "false", "\n", " ", "4294967295", "4294967296", "+5", "\u{85}",
    ],
    limits: Limits { time: Duration::from_secs(1), memory: 1 << 20, memory_per_byte: 512 },
    check: check
);

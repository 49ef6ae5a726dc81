//! A plugin's stdout: one line, and then nothing of interest.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStdout;

use super::NoLine;
use super::exit::LAST_OUTPUT;

/// The longest first line, in bytes. Servers have the same limit.
const LONGEST_LINE: usize = 64 * 1024;

/// How much of what follows the first line is kept.
const MOST_NOISE: usize = 4 * 1024;

/// What a plugin printed after its handshake line. Servers throw it away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noise {
    text: Arc<Mutex<Vec<u8>>>,
}

impl Noise {
    /// Returns the beginning of it, for people.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock()).into_owned()
    }

    fn add(&self, bytes: &[u8]) {
        let mut text = self.text.lock();
        let room = MOST_NOISE.saturating_sub(text.len());
        text.extend(bytes.iter().take(room));
    }
}

/// What is left to read.
#[derive(Debug)]
pub(super) struct Rest {
    stdout: ChildStdout,
    read: Vec<u8>,
}

impl Rest {
    /// Reads to the end, so that the plugin is never blocked.
    pub(super) async fn drain(mut self, noise: Noise) {
        noise.add(&self.read);
        let mut buffer = vec![0; 8 * 1024];
        while let Ok(count @ 1..) = self.stdout.read(&mut buffer).await {
            noise.add(buffer.get(..count).unwrap_or_default());
        }
    }
}

/// Waits for the first line, and returns it without its end. When the process has `ended`, no line
/// comes any more, even if one that it started holds its stdout open.
pub(super) async fn first_line(
    stdout: ChildStdout,
    patience: Duration,
    ended: impl Future<Output = ()>,
) -> Result<(String, Rest), NoLine> {
    let line_or_end = async {
        let mut line = pin!(read_line(stdout));
        tokio::select! {
            biased;
            line = &mut line => line,
            // What was written before the end may still be in the pipe.
            () = ended => {
                tokio::time::timeout(LAST_OUTPUT, line).await.unwrap_or(Err(NoLine::Closed))
            }
        }
    };
    tokio::time::timeout(patience, line_or_end).await.unwrap_or(Err(NoLine::Timeout(patience)))
}

async fn read_line(mut stdout: ChildStdout) -> Result<(String, Rest), NoLine> {
    let mut read = Vec::with_capacity(1024);
    loop {
        let end = read.iter().take(LONGEST_LINE).position(|byte| *byte == b'\n');
        if let Some(end) = end {
            let after = read.split_off(end + 1);
            let line = String::from_utf8(read).map_err(|_| NoLine::NotText)?;
            return Ok((line, Rest { stdout, read: after }));
        }
        if read.len() >= LONGEST_LINE {
            return Err(NoLine::TooLong(LONGEST_LINE));
        }
        match stdout.read_buf(&mut read).await {
            Ok(0) => return Err(NoLine::Closed),
            Ok(_) => {}
            Err(_) => return Err(NoLine::Silent),
        }
    }
}

//! The complete output of a process.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// One of a process's outputs.
pub(crate) struct Capture {
    text: watch::Receiver<String>,
    reader: JoinHandle<()>,
}

impl Capture {
    pub(crate) fn of(mut output: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (sender, text) = watch::channel(String::new());
        let reader = tokio::spawn(async move {
            let mut bytes = Vec::new();
            let mut chunk = [0; 16 * 1024];
            while let Ok(count @ 1..) = output.read(&mut chunk).await {
                bytes.extend_from_slice(&chunk[..count]);
                // A part that ends inside a character is shown when the rest has arrived.
                let valid = match std::str::from_utf8(&bytes) {
                    Ok(text) => text.len(),
                    Err(error) => error.valid_up_to(),
                };
                let rest = bytes.split_off(valid);
                let text = String::from_utf8(std::mem::replace(&mut bytes, rest));
                sender.send_modify(|all| all.push_str(&text.expect("checked above")));
            }
            assert!(bytes.is_empty(), "the output is not text");
        });
        Self { text, reader }
    }

    /// Returns the output so far.
    pub(crate) fn so_far(&self) -> String {
        self.text.borrow().clone()
    }

    /// Returns the output once it fulfils a condition; `None` if it ends, or time runs out, before
    /// that.
    pub(crate) async fn until(
        &self,
        condition: impl Fn(&str) -> bool,
        patience: Duration,
    ) -> Option<String> {
        let mut text = self.text.clone();
        let found = tokio::time::timeout(patience, text.wait_for(|text| condition(text))).await;
        found.ok()?.ok().map(|text| text.clone())
    }

    /// Returns the whole output, after the process has closed it.
    pub(crate) async fn all(self) -> String {
        self.reader.await.expect("the output is text");
        self.text.borrow().clone()
    }
}

//! `sys/seal`, `sys/unseal`, `sys/seal-status`, `sys/health`. This host has no keys: whatever is
//! sent unseals it.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::refusal::refusal;
use super::{Own, unsupported};
use crate::answer::{Answer, RawAnswer};
use plugin_runtime::Operation;

/// Returns whether a path answers while the host is sealed.
pub(in crate::requests) fn answers_when_sealed(path: &str) -> bool {
    matches!(path, "sys/seal-status" | "sys/health" | "sys/unseal")
}

impl Own<'_> {
    pub(super) async fn seal(&self) -> Answer {
        if !self.writes() {
            return unsupported();
        }
        self.host.seal().await;
        Answer::empty(204)
    }

    pub(super) async fn unseal(&self) -> Answer {
        if !self.writes() {
            return unsupported();
        }
        match self.host.unseal().await {
            Ok(()) => plain(200, &self.status()),
            Err(error) => refusal(&error),
        }
    }

    pub(super) fn seal_status(&self) -> Answer {
        match self.operation() {
            Operation::Read => plain(200, &self.status()),
            _ => unsupported(),
        }
    }

    pub(super) fn health(&self) -> Answer {
        if self.operation() != Operation::Read {
            return unsupported();
        }
        let sealed = self.host.is_sealed();
        let now = self.host.clock().now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mode = if sealed { "unknown" } else { "disabled" };
        let health = json!({
            "initialized": true,
            "sealed": sealed,
            "standby": sealed,
            "replication_performance_mode": mode,
            "replication_dr_mode": mode,
            "server_time_utc": now.as_secs(),
            "version": self.version(),
        });
        plain(if sealed { 503 } else { 200 }, &health)
    }

    fn status(&self) -> Value {
        json!({
            "type": "shamir",
            "initialized": true,
            "sealed": self.host.is_sealed(),
            "t": 1,
            "n": 1,
            "progress": 0,
            "nonce": "",
            "recovery_seal": false,
            "version": self.version(),
            "migration": false,
            "storage_type": "inmem",
        })
    }

    fn version(&self) -> String {
        self.host.system().values().plugin_environment.version
    }
}

/// Creates an answer with JSON outside of the servers' envelope.
fn plain(status: u16, body: &Value) -> Answer {
    let content_type = "application/json".to_owned();
    let raw = RawAnswer { content_type, body: body.to_string().into() };
    Answer { raw: Some(raw), ..Answer::empty(status) }
}

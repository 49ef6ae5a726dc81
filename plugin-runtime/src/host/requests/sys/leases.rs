//! `sys/leases`.

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::json;

use super::{Own, data, unknown, unsupported};
use crate::Operation;
use crate::fields::Seconds;
use crate::host::answer::Answer;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    lease_id: String,
    #[serde(default)]
    increment: Seconds,
}

impl Own<'_> {
    pub(super) async fn leases(&self, path: &str) -> Answer {
        let (what, rest) = path.split_once('/').unwrap_or((path, ""));
        match (what, self.operation()) {
            ("lookup", Operation::List) => self.list_leases(rest),
            ("lookup" | "renew" | "revoke" | "revoke-prefix" | "revoke-force", _)
                if !self.writes() =>
            {
                unsupported()
            }
            ("revoke-prefix", _) => self.revoke_prefix(rest).await,
            ("revoke-force", _) => {
                self.host.shared.leases.revoke_force(self.host, rest).await;
                Answer::empty(204)
            }
            ("lookup" | "renew" | "revoke", _) => self.lease(what, rest).await,
            _ => unknown(&format!("sys/leases/{path}")),
        }
    }

    /// One lease, named in the body or, as older clients do, in the path.
    async fn lease(&self, what: &str, rest: &str) -> Answer {
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        let id = if wanted.lease_id.is_empty() { rest } else { &wanted.lease_id };
        if id.is_empty() {
            return Answer::refused(400, "lease_id must be specified");
        }
        match what {
            "renew" => self.host.renew(id, wanted.increment.duration()).await,
            "revoke" if self.flag("sync") => self.host.revoke(id).await,
            "revoke" => {
                self.host.revoke_later(id);
                self.host.run_due().await;
                Answer::empty(204)
            }
            _ => self.look_up(id),
        }
    }

    fn look_up(&self, id: &str) -> Answer {
        let Some(lease) = self.host.lease(id) else {
            return Answer::refused(400, "invalid lease");
        };
        data(json!({
            "id": lease.id,
            "issue_time": time(lease.issue_time),
            "expire_time": time(lease.expire_time),
            "path": lease.path,
            "last_renewal": lease.last_renewal.map(time),
            "renewable": lease.renewable,
            "ttl": lease.ttl.as_secs(),
        }))
    }

    async fn revoke_prefix(&self, prefix: &str) -> Answer {
        if self.flag("sync") {
            return self.host.revoke_prefix(prefix).await;
        }
        for id in self.host.leases(&folder(prefix)) {
            self.host.revoke_later(&id);
        }
        self.host.run_due().await;
        Answer::empty(204)
    }

    fn list_leases(&self, prefix: &str) -> Answer {
        let prefix = folder(prefix);
        let leases = self.host.leases(&prefix);
        let names = leases.iter().filter_map(|id| id.strip_prefix(&prefix));
        let keys: BTreeSet<&str> = names
            .map(|name| match name.find('/') {
                Some(slash) => name.split_at(slash + 1).0,
                None => name,
            })
            .collect();
        if keys.is_empty() {
            return Answer::empty(404);
        }
        data(json!({ "keys": keys }))
    }
}

fn folder(prefix: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => String::new(),
        bare => format!("{bare}/"),
    }
}

/// As servers print a time.
pub(super) fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_nanos(time).to_string()
}

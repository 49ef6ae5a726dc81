//! `sys/leases`.

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::json;

use super::fields::Refused;
use super::{Own, data, unknown, unsupported, unsupported_path};
use crate::answer::Answer;
use plugin_runtime::Operation;
use plugin_runtime::fields::Seconds;

/// A lease, named in the body or, as older clients do, in the path.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    lease_id: String,
}

#[derive(Deserialize)]
struct Renewal {
    #[serde(default)]
    lease_id: String,
    #[serde(default)]
    increment: Seconds,
}

#[derive(Deserialize)]
struct Revocation {
    #[serde(default)]
    lease_id: String,
    #[serde(default)]
    sync: bool,
}

#[derive(Deserialize)]
struct Prefix {
    #[serde(default)]
    sync: bool,
}

impl Own<'_> {
    pub(super) async fn leases(&self, path: &str) -> Answer {
        let (what, rest) = match path.split_once('/') {
            Some((what, rest)) => (what, Some(rest)),
            None => (path, None),
        };
        let answer = match (what, rest) {
            ("lookup", Some(prefix)) => match self.operation() {
                Operation::List => return self.list_leases(prefix),
                _ => return unsupported(),
            },
            ("renew" | "revoke", Some("")) => return unsupported_path(),
            ("revoke-prefix" | "revoke-force", None | Some("")) => return unsupported_path(),
            ("lookup" | "renew" | "revoke" | "revoke-prefix" | "revoke-force", _)
                if !self.writes() =>
            {
                return unsupported();
            }
            ("lookup", None) => self.look_up(),
            ("renew", named) => self.renew_lease(named.unwrap_or_default()).await,
            ("revoke", named) => self.revoke_lease(named.unwrap_or_default()).await,
            ("revoke-prefix", Some(prefix)) => self.revoke_prefix(prefix).await,
            ("revoke-force", Some(prefix)) => {
                self.host.shared.leases.revoke_force(self.host, prefix).await;
                Ok(Answer::empty(204))
            }
            _ => return unknown(&format!("sys/leases/{path}")),
        };
        answer.unwrap_or_else(Refused::answer)
    }

    async fn renew_lease(&self, in_path: &str) -> Result<Answer, Refused> {
        let wanted: Renewal = self.read()?;
        let id = named([&wanted.lease_id, in_path])?;
        Ok(self.host.renew(id, wanted.increment.duration()).await)
    }

    async fn revoke_lease(&self, in_path: &str) -> Result<Answer, Refused> {
        let wanted: Revocation = self.read()?;
        let id = named([&wanted.lease_id, in_path])?;
        if wanted.sync {
            return Ok(self.host.revoke(id).await);
        }
        self.host.revoke_later(id);
        self.host.run_due().await;
        Ok(Answer::empty(204))
    }

    fn look_up(&self) -> Result<Answer, Refused> {
        let wanted: Named = self.read()?;
        let lease = self.host.lease(named([&wanted.lease_id])?);
        let lease = lease.ok_or_else(|| Refused("invalid lease".to_owned()))?;
        Ok(data(json!({
            "id": lease.id,
            "issue_time": time(lease.issue_time),
            "expire_time": time(lease.expire_time),
            "path": lease.path,
            "last_renewal": lease.last_renewal.map(time),
            "renewable": lease.renewable,
            "ttl": lease.ttl.as_secs(),
        })))
    }

    async fn revoke_prefix(&self, prefix: &str) -> Result<Answer, Refused> {
        if self.read::<Prefix>()?.sync {
            return Ok(self.host.revoke_prefix(prefix).await);
        }
        for id in self.host.leases(&folder(prefix)) {
            self.host.revoke_later(&id);
        }
        self.host.run_due().await;
        Ok(Answer::empty(204))
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

/// Returns the first name that is given.
fn named<const N: usize>(names: [&str; N]) -> Result<&str, Refused> {
    let given = names.into_iter().find(|name| !name.is_empty());
    given.ok_or_else(|| Refused("lease_id must be specified".to_owned()))
}

fn folder(prefix: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => String::new(),
        bare => format!("{bare}/"),
    }
}

/// Formats a time as servers print it.
pub(super) fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_nanos(time).to_string()
}

//! A client with a mount of its own, which knows the right answer to each of its requests.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use plugin_host::{Answer, ApiRequest, Host};
use plugin_runtime::Operation;
use tokio::task::JoinSet;

use super::profile::Profile;

/// How many entries a mount has at most.
const NAMES: u64 = 8;

/// How many requests a tenant has under way at most.
const AT_ONCE: u64 = 4;

/// How long an answer may take. A request that waits for the next process takes longest.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a run counts.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) sent: AtomicU64,
    pub(crate) answered: AtomicU64,
    /// Mounts that came and went.
    pub(crate) mounts: AtomicU64,
}

/// A client, at the mount that it has at the moment.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) host: Host,
    pub(crate) profile: Profile,
    /// The mount's path, with `auth/` if it is one.
    pub(crate) path: String,
    pub(crate) rng: Rng,
    pub(crate) counts: Arc<Counts>,
    /// The number of each entry that is there.
    pub(crate) entries: BTreeMap<u64, u64>,
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Write(u64),
    Read,
    Delete,
    /// With the right password or a wrong one.
    Login(bool),
    Creds,
}

impl Tenant {
    /// Sends a few requests at once, on different entries, or a list. The error says which answer
    /// was missing or wrong.
    pub(crate) async fn round(&mut self) -> Result<(), String> {
        if self.rng.u64(..6) == 0 {
            return self.list().await;
        }
        let first = self.rng.u64(..NAMES);
        let mut requests = JoinSet::new();
        for offset in 0..=self.rng.u64(..AT_ONCE) {
            let entry = (first + offset) % NAMES;
            let known = self.entries.get(&entry).copied();
            let asked = self.draw();
            let call = Call {
                host: self.host.clone(),
                profile: self.profile,
                mount: self.path.clone(),
                name: name(entry),
                counts: Arc::clone(&self.counts),
            };
            requests.spawn(async move { Ok((entry, call.ask(asked, known).await?)) });
        }
        while let Some(finished) = requests.join_next().await {
            let (entry, known): (u64, Option<u64>) =
                finished.map_err(|error| error.to_string()).flatten()?;
            match known {
                Some(number) => self.entries.insert(entry, number),
                None => self.entries.remove(&entry),
            };
        }
        Ok(())
    }

    fn draw(&mut self) -> Asked {
        match self.rng.u64(..10) {
            0..=2 => Asked::Write(self.rng.u64(..1000)),
            3 => Asked::Delete,
            4 if self.profile.login.is_some() => Asked::Login(false),
            5 | 6 if self.profile.login.is_some() => Asked::Login(true),
            4..=6 if self.profile.creds.is_some() => Asked::Creds,
            _ => Asked::Read,
        }
    }

    async fn list(&self) -> Result<(), String> {
        let path = format!("{}/{}", self.path, self.profile.list);
        let answer = answered(&self.counts, &path, self.host.list(&path)).await?;
        let names: Vec<_> = self.entries.keys().map(|entry| name(*entry)).collect();
        let right = if names.is_empty() {
            answer.status == 404
        } else {
            answer.is_success() && answer.keys() == names
        };
        if right { Ok(()) } else { Err(format!("list {path}: {answer:?}, not {names:?}")) }
    }
}

fn name(entry: u64) -> String {
    format!("entry-{entry}")
}

/// Counts the answer, and returns it, or that there was none.
pub(crate) async fn answered(
    counts: &Counts,
    path: &str,
    answer: impl Future<Output = Answer>,
) -> Result<Answer, String> {
    counts.sent.fetch_add(1, Ordering::Relaxed);
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    let answer = answer.map_err(|_| format!("{path}: no answer within {PATIENCE:?}"))?;
    counts.answered.fetch_add(1, Ordering::Relaxed);
    Ok(answer)
}

/// One request about one entry.
struct Call {
    host: Host,
    profile: Profile,
    mount: String,
    name: String,
    counts: Arc<Counts>,
}

impl Call {
    /// Asks, compares with what is `known` of the entry, and says what is known of it now.
    async fn ask(&self, asked: Asked, known: Option<u64>) -> Result<Option<u64>, String> {
        let path = format!("{}/{}{}", self.mount, self.profile.folder, self.name);
        let answer = answered(&self.counts, &path, self.send(asked, &path, known)).await?;
        let is_right = match (asked, known) {
            (Asked::Write(_) | Asked::Delete, _) => answer.is_success(),
            (Asked::Read, Some(number)) => {
                answer.is_success() && answer.data == (self.profile.read)(&self.name, number)
            }
            (Asked::Read, None) => answer.status == self.profile.missing,
            (Asked::Login(true), Some(_)) => answer.is_success() && answer.auth.is_some(),
            (Asked::Login(_), _) => answer.status == 403,
            (Asked::Creds, Some(_)) => answer.is_success() && answer.lease.is_some(),
            (Asked::Creds, None) => answer.status == 400,
        };
        if !is_right {
            return Err(format!("{asked:?} of {path}, known: {known:?}: wrong answer {answer:?}"));
        }
        Ok(match asked {
            Asked::Write(number) => Some(number),
            Asked::Delete => None,
            _ => known,
        })
    }

    async fn send(&self, asked: Asked, path: &str, known: Option<u64>) -> Answer {
        let host = &self.host;
        match (asked, self.profile.login, self.profile.creds) {
            (Asked::Write(number), ..) => host.write(path, (self.profile.written)(number)).await,
            (Asked::Delete, ..) => host.delete(path).await,
            (Asked::Login(right), Some(fields), _) => {
                let number = known.unwrap_or_default() + u64::from(!right);
                let request = ApiRequest::new(Operation::Update, format!("{}/login", self.mount));
                host.request(request.data(fields(&self.name, number))).await
            }
            (Asked::Creds, _, Some(creds)) => {
                host.read(&format!("{}/{creds}{}", self.mount, self.name)).await
            }
            _ => host.read(path).await,
        }
    }
}

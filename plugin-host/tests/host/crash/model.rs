//! What must be true of the leased example's storage, whatever happened to it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use plugin_host::{Answer, Enable, Faults, Host, StorageOperation};
use plugin_runtime::{BackendType, Storage};
use serde_json::{Value, json};

use super::step::Step;
use crate::leased::engine as leased;

const URL: &str = "https://tokens.example.com";

/// A mount of the example, with what its answers make one expect of it.
pub(super) struct Model {
    host: Host,
    pub(super) faults: Faults,
    storage: Storage,
    config: bool,
    /// By name, the number that all its fields tell.
    roles: BTreeMap<String, u64>,
    /// The token of each lease that a caller holds.
    held: BTreeMap<String, String>,
    /// Leases whose revocation was tried in vain: the token may be gone already.
    doubtful: BTreeSet<String>,
    /// Tokens whose request was answered by an error after they were struck from the log. Only
    /// where several things go wrong with one request.
    strays: BTreeSet<String>,
    /// The process may be dead. The next request finds that out, and has had its repetition then.
    dead: bool,
}

impl Model {
    /// In this process.
    pub(super) async fn in_process() -> Self {
        let host = Host::builder().resolves_paths(false).build();
        host.register_backend(BackendType::Secrets, "leased", |_| leased::engine());
        Self::of(host).await
    }

    /// Of a host that has the example registered.
    pub(super) async fn of(host: Host) -> Self {
        host.enable(Enable::secrets("leased")).await.unwrap();
        Self {
            faults: host.faults("leased").unwrap(),
            storage: host.storage("leased").unwrap(),
            host,
            config: false,
            roles: BTreeMap::new(),
            held: BTreeMap::new(),
            doubtful: BTreeSet::new(),
            strays: BTreeSet::new(),
            dead: false,
        }
    }

    /// With a role, a lease, and a token that was left half done.
    pub(super) async fn prepared(mut self) -> Self {
        for step in [Step::WriteConfig, Step::WriteRole("dev", 1), Step::Issue("dev")] {
            assert!(self.take(step, 0).await, "{step:?}");
        }
        let token = json!({ "user": "svc", "ends": "2030-01-01T00:00:00Z" });
        self.storage.put("service/left", &token).await.unwrap();
        let entry = json!({ "type": "token", "data": "left", "created_at": 1 });
        self.storage.put("wal/left", &entry).await.unwrap();
        self.faults.forget_calls();
        self
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// Takes a step in which `faults` things may go wrong, and looks whether everything is still
    /// as it must be. Whether it was acknowledged.
    pub(super) async fn take(&mut self, step: Step, faults: usize) -> bool {
        self.faults.forget_calls();
        let answer = self.send(step).await;
        self.faults.clear();
        let acknowledged = answer.as_ref().is_some_and(Answer::is_success);
        self.check_config(step, acknowledged).await;
        self.check_roles(step, acknowledged).await;
        if let (Step::Issue(_), true, Some(answer)) = (step, acknowledged, &answer) {
            let lease = answer.lease.as_ref().expect("a lease").id.clone();
            let token = answer.field("/id").as_str().expect("an id").to_owned();
            self.held.insert(lease, token);
        }
        let struck =
            self.faults.calls().iter().any(|call| {
                call.operation == StorageOperation::Delete && call.key.starts_with("wal/")
            });
        let gone_wrong = faults + usize::from(self.dead);
        let may_stray = step.issues() && !acknowledged && gone_wrong > 1 && struck;
        self.check_tokens(step, may_stray).await;
        let died_twice = gone_wrong > 1 && !acknowledged;
        self.dead = step == Step::Die || died_twice || self.dead && self.faults.count() == 0;
        acknowledged
    }

    async fn send(&mut self, step: Step) -> Option<Answer> {
        let host = self.host.clone();
        Some(match step {
            Step::WriteConfig => host.write("leased/config", json!({ "url": URL })).await,
            Step::DeleteConfig => host.delete("leased/config").await,
            Step::WriteRole(name, number) => {
                host.write(&format!("leased/role/{name}"), role(number)).await
            }
            Step::PatchRole(name, number) => {
                host.patch(&format!("leased/role/{name}"), role(number)).await
            }
            Step::DeleteRole(name) => host.delete(&format!("leased/role/{name}")).await,
            Step::Issue(name) => host.read(&format!("leased/creds/{name}")).await,
            Step::Renew(place) => host.renew(&self.lease_at(place)?, Duration::ZERO).await,
            Step::Revoke(place) => {
                let lease = self.lease_at(place)?;
                let answer = host.revoke(&lease).await;
                self.doubtful.insert(lease);
                answer
            }
            Step::Wait(minutes) => {
                host.advance(Duration::from_secs(60 * minutes)).await;
                let leases = self.held.keys().filter_map(|id| host.lease(id));
                let tried = leases.filter(|lease| lease.revoke_attempts > 0);
                self.doubtful.extend(tried.map(|lease| lease.id));
                return None;
            }
            Step::RollBack => {
                host.roll_back_now("leased").await.unwrap();
                return None;
            }
            Step::Die => {
                host.kill("leased").await.unwrap();
                return None;
            }
        })
    }

    fn lease_at(&self, place: u64) -> Option<String> {
        let place = usize::try_from(place).unwrap().checked_rem(self.held.len())?;
        self.held.keys().nth(place).cloned()
    }

    async fn check_config(&mut self, step: Step, acknowledged: bool) {
        let found: Option<Value> = self.storage.get("config").await.unwrap();
        if let Some(found) = &found {
            assert_eq!(*found, json!({ "url": URL, "lose_answers": false }));
        }
        let wanted = match step {
            Step::WriteConfig => true,
            Step::DeleteConfig => false,
            _ => self.config,
        };
        let is_there = found.is_some();
        let expected = is_there == wanted || !acknowledged && is_there == self.config;
        assert!(expected, "{step:?}, acknowledged: {acknowledged}, config: {is_there}");
        self.config = is_there;
    }

    async fn check_roles(&mut self, step: Step, acknowledged: bool) {
        let mut found = BTreeMap::new();
        for name in self.storage.list("role/").await.unwrap() {
            let stored: Value = self.storage.get(&format!("role/{name}")).await.unwrap().unwrap();
            let number = stored["ttl"].as_u64().expect("seconds") / 60 - 1;
            assert_eq!(stored, role(number), "half a role");
            found.insert(name, number);
        }
        let mut wanted = self.roles.clone();
        match step {
            Step::WriteRole(name, number) => {
                wanted.insert(name.to_owned(), number);
            }
            Step::PatchRole(name, number) if wanted.contains_key(name) => {
                wanted.insert(name.to_owned(), number);
            }
            Step::DeleteRole(name) => {
                wanted.remove(name);
            }
            _ => {}
        }
        let expected = found == wanted || !acknowledged && found == self.roles;
        assert!(expected, "{step:?}, acknowledged: {acknowledged}, {found:?} for {wanted:?}");
        self.roles = found;
    }

    /// Every token is held by a caller or noted in the log; every caller's token is there.
    async fn check_tokens(&mut self, step: Step, may_stray: bool) {
        let tokens = self.tokens().await;
        let host = self.host.clone();
        for (lease, token) in std::mem::take(&mut self.held) {
            let is_there = tokens.contains(&token);
            if host.lease(&lease).is_none() {
                assert!(!is_there, "{step:?}: {lease} is gone, and its token is not");
                self.doubtful.remove(&lease);
                continue;
            }
            let doubtful = self.doubtful.contains(&lease);
            assert!(is_there || doubtful, "{step:?}: the token of {lease} is lost");
            self.held.insert(lease, token);
        }
        let logged = self.logged().await;
        let known = |token: &&String| {
            logged.contains(*token)
                || self.strays.contains(*token)
                || self.held.values().any(|held| held == *token)
        };
        let lost: Vec<_> = tokens.iter().filter(|token| !known(token)).cloned().collect();
        let allowed = usize::from(may_stray);
        let calls = self.faults.calls();
        assert!(lost.len() <= allowed, "{step:?}: no mount will revoke {lost:?} after {calls:?}");
        self.strays.extend(lost);
        let endangered = self.held.iter().find(|(_, token)| logged.contains(*token));
        assert_eq!(endangered, None, "{step:?}: a token is held and will be rolled back");
    }

    async fn tokens(&self) -> BTreeSet<String> {
        self.storage.list("service/").await.unwrap().into_iter().collect()
    }

    /// The tokens that the log has noted.
    async fn logged(&self) -> BTreeSet<String> {
        let mut tokens = BTreeSet::new();
        for id in self.storage.list("wal/").await.unwrap() {
            let entry: Value = self.storage.get(&format!("wal/{id}")).await.unwrap().unwrap();
            tokens.insert(entry["data"].as_str().expect("an id").to_owned());
        }
        tokens
    }

    /// When nothing goes wrong any more, the log is worked off, and the end of all leases is the
    /// end of all tokens.
    pub(super) async fn settles(mut self) {
        assert!(self.take(Step::WriteConfig, 0).await);
        self.take(Step::RollBack, 0).await;
        assert!(self.logged().await.is_empty(), "the log was not worked off");
        let revoked = self.host.revoke_prefix("leased").await;
        assert!(revoked.is_success(), "{revoked:?}");
        assert_eq!(self.tokens().await, self.strays);
        assert!(self.host.leases("").is_empty());
    }
}

impl Step {
    fn issues(self) -> bool {
        matches!(self, Self::Issue(_))
    }
}

/// A role whose fields all tell the same number.
fn role(number: u64) -> Value {
    let ttl = 60 * (number + 1);
    json!({ "user": format!("svc-{number}"), "ttl": ttl, "max_ttl": 10 * ttl })
}

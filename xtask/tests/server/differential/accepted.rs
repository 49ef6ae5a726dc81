//! The differences that stay, each with its reason.

use anyhow::{Result, bail};
use plugin_runtime::Operation;
use serde_json::{Value, json};

use super::step::Step;

/// A difference that stays.
struct Difference {
    /// Why.
    reason: &'static str,
    /// Whether this is it.
    is: fn(&Step, &Value, &Value) -> bool,
}

const DIFFERENCES: [Difference; 14] = [
    Difference {
        reason: "the host has fewer paths of its own than a server, and says which",
        is: |_, host, _| error(host).starts_with("this host has no `"),
    },
    Difference {
        reason: "an answer to HEAD has no text that could say so",
        is: |step, host, _| {
            step.operation == Operation::Header
                && step.path.starts_with("sys/leases/")
                && *host == json!({ "status": 404 })
        },
    },
    Difference {
        reason: "the host has none of the mounts that a server comes with",
        is: |step, host, server| {
            let own = ["sys/mounts/", "sys/auth/"].iter().any(|topic| {
                step.path.strip_prefix(topic).is_some_and(|path| {
                    let path = path.split('/').next().unwrap_or_default();
                    OWN.contains(&path)
                })
            });
            let listed = ["sys/mounts", "sys/auth"].contains(&step.path.as_str());
            own || listed && without_own(&server["data"]) == host["data"]
        },
    },
    Difference {
        reason: "wrapping tokens are known to the paths below sys/wrapping alone",
        is: |step, host, server| {
            let by_accessor = step.path == "auth/token/lookup-accessor"
                && step.data["accessor"] == "{first-wrap-accessor}";
            let leases = step.path == "sys/leases/lookup"
                && without_own(&keys(&server["data"]["keys"])) == keys(&host["data"]["keys"]);
            by_accessor || leases
        },
    },
    Difference {
        reason: "the host does not form a cluster",
        is: |step, _, _| ["sys/seal-status", "sys/health"].contains(&step.path.as_str()),
    },
    Difference {
        reason: "the host has no policies: a token that is valid may do everything",
        is: |step, host, server| {
            ["auth/token/lookup-self", "auth/token/renew-self"].contains(&step.path.as_str())
                && error(server).contains("permission denied")
                && !error(host).contains("permission denied")
        },
    },
    Difference {
        reason: "the host undoes a mount whose backend can't be initialised, a server keeps it",
        is: |_, _, server| {
            server["data"]["options"]["initialize"] == "fail"
                || error(server).ends_with("no backend instance found")
        },
    },
    Difference {
        reason: "the host has no negative TTLs",
        is: |_, host, server| {
            error(host).contains("cannot provide negative value")
                || server["data"]["default_lease_ttl"] == -1
        },
    },
    Difference {
        reason: "the host knows plugins of secrets engines and auth methods alone, by their type",
        is: |step, host, _| {
            step.path.starts_with("sys/plugins/catalog/")
                && error(host).ends_with("is not a supported plugin type")
        },
    },
    Difference {
        reason: "what is wrong with a plugin's file is said in the system's words",
        is: |step, host, server| {
            step.path.starts_with("sys/plugins/catalog/")
                && host["status"] == server["status"]
                && ["cannot find ", "outside of configured plugin directory"]
                    .iter()
                    .any(|words| error(host).contains(words))
        },
    },
    Difference {
        reason: "a version has three numbers here and no metadata of builtin plugins",
        is: |step, _, _| {
            let given = &step.data["version"];
            step.path.starts_with("sys/plugins/catalog/")
                && [json!("v1"), json!(1), json!("v1.2.3+builtin")].contains(given)
        },
    },
    Difference {
        reason: "a plugin that answers the question for help with something else than data",
        is: |step, _, _| {
            step.operation == Operation::Help && step.path.starts_with("wire/response/")
        },
    },
    Difference {
        reason: "a server shows options that were given as null as null, the host as none",
        is: |_, host, server| {
            let mut server = server.clone();
            let null = server["data"]["options"].take();
            server["data"]["options"] = json!({});
            null.is_null() && server == *host
        },
    },
    Difference {
        reason: "a login by an operation that gives no token: a server shows an empty one",
        is: |step, _, server| {
            step.operation == Operation::Delete && server["auth"]["client_token"] == ""
        },
    },
];

/// The mounts that a server in development mode comes with.
const OWN: [&str; 5] = ["cubbyhole", "identity", "secret", "sys", "token"];

/// An object without what belongs to a server's own mounts.
fn without_own(mounts: &Value) -> Value {
    let mut mounts = mounts.clone();
    if let Some(mounts) = mounts.as_object_mut() {
        mounts.retain(|path, _| !OWN.contains(&path.trim_end_matches('/')));
    }
    mounts
}

/// A list of keys as an object.
fn keys(list: &Value) -> Value {
    let keys = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    Value::Object(keys.map(|key| (key.to_owned(), Value::Null)).collect())
}

/// The first error of an answer.
fn error(answer: &Value) -> &str {
    answer["errors"][0].as_str().unwrap_or_default()
}

/// The differences, and how often each occurred.
pub(crate) struct Accepted {
    found: Vec<(&'static Difference, usize)>,
}

impl Accepted {
    pub(crate) fn new() -> Self {
        Self { found: DIFFERENCES.iter().map(|difference| (difference, 0)).collect() }
    }

    /// Whether a difference is one that stays.
    pub(crate) fn accepts(&mut self, step: &Step, host: &Value, server: &Value) -> bool {
        let found = self.found.iter_mut().find(|(it, _)| (it.is)(step, host, server));
        found.map(|(_, count)| *count += 1).is_some()
    }

    /// Fails when a difference is listed that there is no longer.
    pub(crate) fn all_occurred(&self) -> Result<()> {
        for (difference, count) in &self.found {
            println!("{count} times: {}", difference.reason);
            if *count == 0 {
                bail!("no request differs any more as accepted: {}", difference.reason);
            }
        }
        Ok(())
    }
}

//! The backend of the wire tests: each path exercises one thing that a backend can do, so that a
//! test can see what of it reaches the wire. It is no example to follow.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use plugin_runtime::{
    Alias, Auth, Backend, BackendType, Data, Error, Initialize, Lease, Mount, Operation, Plugin,
    RawResponse, Request, Response, RotationJob, Secret, SpecialPaths, StatusCode, Storage,
    StorageEntry, StorageError, SystemView, SystemViewError, Transaction,
};
use serde::Deserialize;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let mut plugin = Plugin::new("wire-backend", WireBackend::new).version("1.2.3");
    #[cfg(feature = "multi-thread")]
    {
        plugin = plugin.worker_threads(2);
    }
    if std::env::args().any(|argument| argument == "--tcp") {
        plugin = plugin.tcp();
    }
    if std::env::args().any(|argument| argument == "--soon") {
        plugin = plugin.unused_timeout(Duration::from_secs(1));
    }
    plugin.serve()
}

pub(crate) struct WireBackend {
    mount: Mount,
}

/// What a test plants where it must not come out again.
#[derive(Deserialize)]
struct Planted {
    secret: String,
}

impl WireBackend {
    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    pub(crate) fn new(mount: Mount) -> Result<Self, Error> {
        match mount.options.get("factory").map(String::as_str) {
            Some("panic") => panic!("the factory panics"),
            Some("fail") => Err(Error::bad_request("the option `factory` is no good")),
            _ => Ok(Self { mount }),
        }
    }

    fn option(&self, name: &str) -> &str {
        self.mount.options.get(name).map_or("", String::as_str)
    }
}

impl Backend for WireBackend {
    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    fn kind(&self) -> BackendType {
        match self.option("kind") {
            "panic" => panic!("the kind panics"),
            "auth" => BackendType::Auth,
            _ => BackendType::Secrets,
        }
    }

    fn special_paths(&self) -> SpecialPaths {
        let mut paths = SpecialPaths::default();
        paths.root = vec!["root/*".to_owned()];
        paths.unauthenticated = vec!["login".to_owned(), "open/+/here".to_owned()];
        paths.seal_wrap_storage = vec!["sealed/".to_owned()];
        if self.option("special_paths") == "illegal" {
            paths.root.push("/slash".to_owned());
        }
        paths
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn initialize(&self, start: Initialize) -> Result<(), Error> {
        match self.option("initialize") {
            "panic" => panic!("the start panics"),
            "fail" => Err(Error::bad_request("the start fails")),
            "put" => Ok(start.storage.put("initialized", &true).await?),
            "put-explained" => {
                let put = start.storage.put("initialized", &true).await;
                put.map_err(|error| Error::internal("cannot begin").with_source(error))
            }
            "gated" => {
                tracing::info!("the start begins");
                until_let_go().await;
                Ok(start.storage.put("initialized", &true).await?)
            }
            _ => Ok(()),
        }
    }

    async fn handle(&self, request: Request) -> Result<Option<Response>, Error> {
        let path = request.path.clone();
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["echo", ..] => echo(&request).map(Some),
            ["lease", how] => leased(how, &request),
            ["open", "login", "here"] => logged_in(&request).map(Some),
            ["bytes"] => Response::from_data(request.data).map(Some),
            ["mount"] => Response::new(&json!({
                "uuid": self.mount.uuid,
                "plugin_name": self.mount.plugin_name,
                "plugin_type": self.mount.plugin_type,
                "plugin_version": self.mount.plugin_version,
                "options": self.mount.options,
            }))
            .map(Some),
            ["panic", how] => panicking(how, &request),
            ["slow" | "login"] => slow(&request).await.map(Some),
            ["large", bytes] => large(bytes).map(Some),
            ["hold"] => hold(&request).map(Some),
            ["overflow"] => Response::new(&overflow(1)).map(Some),
            ["blocking-overflow"] => {
                let deep = tokio::task::spawn_blocking(|| overflow(1)).await;
                Response::new(&deep.unwrap_or_default()).map(Some)
            }
            ["allocate"] => Response::new(&allocate()).map(Some),
            ["storage"] => stored(&request).await.map(Some),
            ["transaction"] => transacted(&request).await.map(Some),
            ["view", question] => ask(question, &request).await.map(Some),
            ["log", what] => logged(what, &request),
            ["error", kind] => Err(failure(kind, &request)?),
            ["response", form] => formed(form).map(Some),
            ["leaky"] => leaky(&request).map(Some),
            ["nothing"] => Ok(None),
            _ => Err(Error::unsupported_path()),
        }
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn exists(&self, request: &Request) -> Result<Option<bool>, Error> {
        match request.path.as_str() {
            "there" | "echo/there" => Ok(Some(true)),
            "not-there" | "echo/not-there" => Ok(Some(false)),
            "wrong" => Err(Error::user("the caller is wrong")),
            "panic" => panic!("the existence check panics"),
            _ => Ok(None),
        }
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn invalidate(&self, key: &str) {
        if key == "panic" {
            panic!("the invalidation panics");
        }
        tracing::info!(key, "forgetting");
        if key.starts_with("gated/") {
            until_let_go().await;
        }
        tracing::info!(key, "invalidated");
    }

    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    async fn cleanup(&self) {
        if self.option("cleanup") == "gated" {
            tracing::info!("the cleanup begins");
            until_let_go().await;
        }
        tracing::info!(uuid = %self.mount.uuid, "cleaned up");
        if self.option("cleanup") == "panic" {
            panic!("the cleanup panics");
        }
    }
}

/// Waits until the test makes a file in this process's temporary directory.
async fn until_let_go() {
    let gate = std::env::temp_dir().join("let-go");
    while !gate.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Everything that a request holds, as data.
fn echo(request: &Request) -> Result<Response, Error> {
    let remaining = request.deadline.map(|at| at.saturating_duration_since(Instant::now()));
    Response::new(&json!({
        "id": request.id,
        "operation": request.operation.name(),
        "path": request.path,
        "data": request.data.parse::<Value>()?,
        "secret": request.secret.as_ref().map(|secret| json!({
            "lease": lease(&secret.lease),
            "internal_data": secret.internal_data.parse::<Value>().unwrap_or_default(),
            "lease_id": secret.lease_id,
        })),
        "auth": request.auth.as_ref().map(login),
        "headers": request.headers,
        "client_token": request.client_token,
        "client_token_accessor": request.client_token_accessor,
        "display_name": request.display_name,
        "mount_point": request.mount_point,
        "mount_type": request.mount_type,
        "mount_accessor": request.mount_accessor,
        "wrap": request.wrap.as_ref().map(|wrap| json!({
            "ttl": wrap.ttl.as_secs(), "format": wrap.format, "seal_wrap": wrap.seal_wrap,
        })),
        "entity_id": request.entity_id,
        "policy_override": request.policy_override,
        "unauthenticated": request.unauthenticated,
        "connection": request.connection.as_ref().map(connection),
        "replication_cluster": request.replication_cluster,
        "requires_snapshot_id": request.requires_snapshot_id,
        "deadline_ms": remaining.map(|left| left.as_millis()),
    }))
}

fn lease(lease: &Lease) -> Value {
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map(|d| d.as_secs()).ok();
    json!({
        "ttl": lease.ttl.as_secs(),
        "max_ttl": lease.max_ttl.as_secs(),
        "renewable": lease.renewable,
        "increment": lease.increment.as_secs(),
        "issue_time": lease.issue_time.and_then(seconds),
    })
}

fn login(auth: &Auth) -> Value {
    json!({
        "lease": lease(&auth.lease),
        "internal_data": auth.internal_data.parse::<Value>().unwrap_or_default(),
        "display_name": auth.display_name,
        "policies": auth.policies,
        "metadata": auth.metadata,
        "client_token": auth.client_token,
        "accessor": auth.accessor,
        "period": auth.period.as_secs(),
        "num_uses": auth.num_uses,
        "entity_id": auth.entity_id,
        "alias": auth.alias.as_ref().map(|alias| &alias.name),
        "group_aliases": auth.group_aliases.iter().map(|a| &a.name).collect::<Vec<_>>(),
        "bound_cidrs": auth.bound_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "token_policies": auth.token_policies,
        "identity_policies": auth.identity_policies,
        "explicit_max_ttl": auth.explicit_max_ttl.as_secs(),
        "token_type": format!("{:?}", auth.token_type),
        "no_default_policy": auth.no_default_policy,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn texts<T: AsRef<[u8]>>(list: &[T]) -> Vec<String> {
    list.iter().map(|bytes| text(bytes.as_ref())).collect()
}

fn connection(connection: &plugin_runtime::Connection) -> Value {
    json!({
        "remote_addr": connection.remote_addr,
        "remote_port": connection.remote_port,
        "proxied_certificates": texts(&connection.proxied_certificates),
        "peer_certificates": texts(&connection.peer_certificates),
        "tls": connection.tls.as_ref().map(|tls| json!({
            "version": tls.version,
            "handshake_complete": tls.handshake_complete,
            "did_resume": tls.did_resume,
            "cipher_suite": tls.cipher_suite,
            "negotiated_protocol": tls.negotiated_protocol,
            "server_name": tls.server_name,
            "peer_certificates": texts(&tls.peer_certificates),
            "verified_chains": tls.verified_chains.iter().map(|c| texts(c)).collect::<Vec<_>>(),
            "signed_certificate_timestamps": texts(&tls.signed_certificate_timestamps),
            "ocsp_response": text(&tls.ocsp_response),
            "tls_unique": text(&tls.tls_unique),
        })),
    })
}

#[expect(clippy::panic, reason = "what a panic does is what is tested")]
fn panicking(how: &str, request: &Request) -> Result<Option<Response>, Error> {
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

async fn slow(request: &Request) -> Result<Response, Error> {
    #[derive(Deserialize)]
    struct Slow {
        milliseconds: u64,
    }
    let slow: Slow = request.data.parse()?;
    tokio::time::sleep(Duration::from_millis(slow.milliseconds)).await;
    Response::new(&json!({ "slept": slow.milliseconds }))
}

/// An answer of so many bytes.
fn large(bytes: &str) -> Result<Response, Error> {
    let count = bytes.parse().map_err(|_| Error::bad_request("not a number"))?;
    Response::new(&json!({ "text": "x".repeat(count) }))
}

/// Holds the thread.
fn hold(request: &Request) -> Result<Response, Error> {
    let text: Value = request.data.parse()?;
    tracing::info!("holding");
    std::thread::sleep(Duration::from_millis(text["milliseconds"].as_u64().unwrap_or_default()));
    Ok(Response::empty())
}

/// Needs more stack than there is.
#[expect(unconditional_recursion, reason = "what an overflow does is what is tested")]
fn overflow(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    overflow(depth + 1) + frame[7]
}

/// Asks for more memory than there is.
fn allocate() -> usize {
    std::hint::black_box(Vec::<u8>::with_capacity(isize::MAX as usize)).capacity()
}

/// One call to storage.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Step {
    Get {
        key: String,
    },
    /// Puts, and reads again, a value of this many bytes.
    Fill {
        key: String,
        bytes: usize,
    },
    Put {
        key: String,
        value: String,
        #[serde(default)]
        seal_wrap: bool,
    },
    Delete {
        key: String,
    },
    List {
        prefix: String,
    },
    ListPage {
        prefix: String,
        after: String,
        limit: usize,
    },
    IsTransactional,
    Commit,
    RollBack,
    /// Puts, and drops the call's future before it has ended.
    PutAndForget {
        key: String,
        value: String,
    },
    Sleep {
        milliseconds: u64,
    },
}

fn entry(key: String, value: String, seal_wrap: bool) -> StorageEntry {
    let entry = StorageEntry::new(key, value.into_bytes());
    if seal_wrap { entry.seal_wrapped() } else { entry }
}

fn shown(entry: Option<StorageEntry>) -> Value {
    entry.map_or(Value::Null, |entry| {
        let value = String::from_utf8_lossy(&entry.value);
        json!({ "key": entry.key, "value": value, "seal_wrap": entry.seal_wrap })
    })
}

async fn stored(request: &Request) -> Result<Response, Error> {
    let answer = match call(&request.storage, request.data.parse()?).await {
        Ok(answer) => json!({ "answer": answer }),
        // `?` is what most backends do with it.
        Err(error) if request.operation.name() == "update" => return Err(error.into()),
        Err(error) => json!({ "failure": format!("{error:?}"), "text": error.to_string() }),
    };
    Response::new(&answer)
}

async fn call(storage: &Storage, step: Step) -> Result<Value, StorageError> {
    Ok(match step {
        Step::Get { key } => shown(storage.entry(&key).await?),
        Step::Fill { key, bytes } => {
            let blob = vec![b'x'; bytes];
            storage.put_entry(StorageEntry::new(key.clone(), blob.clone())).await?;
            json!(storage.entry(&key).await?.is_some_and(|entry| entry.value == blob))
        }
        Step::Put { key, value, seal_wrap } => {
            storage.put_entry(entry(key, value, seal_wrap)).await?;
            Value::Null
        }
        Step::Delete { key } => {
            storage.delete(&key).await?;
            Value::Null
        }
        Step::List { prefix } => json!(storage.list(&prefix).await?),
        Step::ListPage { prefix, after, limit } => {
            json!(storage.list_page(&prefix, &after, limit).await?)
        }
        Step::IsTransactional => json!(storage.is_transactional().await?),
        _ => json!("not a call"),
    })
}

#[derive(Deserialize)]
struct Transacted {
    #[serde(default)]
    read_only: bool,
    steps: Vec<Step>,
}

/// A transaction's steps; without an end among them it is dropped.
async fn transacted(request: &Request) -> Result<Response, Error> {
    let Transacted { read_only, steps } = request.data.parse()?;
    let begun = if read_only {
        request.storage.begin_read_only().await
    } else {
        request.storage.begin().await
    };
    let result = match begun {
        Ok(transaction) => run(transaction, steps).await,
        Err(error) => Err(error),
    };
    Response::new(&match result {
        Ok(answers) => json!({ "answers": answers }),
        Err(error) => json!({ "failure": format!("{error:?}"), "text": error.to_string() }),
    })
}

async fn run(transaction: Transaction, steps: Vec<Step>) -> Result<Vec<Value>, StorageError> {
    let mut answers = Vec::new();
    for step in steps {
        answers.push(match step {
            Step::Get { key } => shown(transaction.entry(&key).await?),
            Step::Put { key, value, seal_wrap } => {
                transaction.put_entry(entry(key, value, seal_wrap)).await?;
                Value::Null
            }
            Step::PutAndForget { key, value } => {
                let put = transaction.put_entry(entry(key, value, false));
                json!(tokio::time::timeout(Duration::from_millis(50), put).await.is_err())
            }
            Step::Delete { key } => {
                transaction.delete(&key).await?;
                Value::Null
            }
            Step::List { prefix } => json!(transaction.list(&prefix).await?),
            Step::ListPage { prefix, after, limit } => {
                json!(transaction.list_page(&prefix, &after, limit).await?)
            }
            Step::Sleep { milliseconds } => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                Value::Null
            }
            Step::IsTransactional | Step::Fill { .. } => Value::Null,
            Step::Commit => return transaction.commit().await.map(|()| answers),
            Step::RollBack => return transaction.roll_back().await.map(|()| answers),
        });
    }
    Ok(answers)
}

async fn ask(question: &str, request: &Request) -> Result<Response, Error> {
    Response::new(&match answered(question, &request.system_view).await {
        Ok(answer) => json!({ "answer": answer }),
        Err(error) => json!({ "failure": format!("{error:?}"), "text": error.to_string() }),
    })
}

async fn answered(question: &str, view: &SystemView) -> Result<Value, SystemViewError> {
    let minute = Duration::from_secs(60);
    Ok(match question {
        "default_lease_ttl" => json!(view.default_lease_ttl().await?.as_secs()),
        "max_lease_ttl" => json!(view.max_lease_ttl().await?.as_secs()),
        "tainted" => json!(view.tainted().await?),
        "caching_disabled" => json!(view.caching_disabled().await?),
        "replication_state" => json!(view.replication_state().await?.bits()),
        "wrap_data" => {
            let data = Data::from_text(r#"{"wrapped":"data"}"#).unwrap_or_default();
            let info = view.wrap_data(data, minute).await?;
            json!([info.token.as_str(), info.accessor, info.ttl.as_secs()])
        }
        "mlock_enabled" => json!(view.mlock_enabled().await?),
        "local_mount" => json!(view.local_mount().await?),
        "entity" => json!(view.entity("entity-1").await?.map(|entity| entity.name)),
        "groups_of_entity" => {
            let groups = view.groups_of_entity("entity-1").await?;
            json!(groups.into_iter().map(|group| group.name).collect::<Vec<_>>())
        }
        "plugin_environment" => json!(view.plugin_environment().await?.version),
        "generate_password" => json!(view.generate_password("policy-1").await?.as_str()),
        "cluster_info" => {
            let info = view.cluster_info().await?;
            json!([info.name, info.id])
        }
        "generate_identity_token" => {
            let token = view.generate_identity_token("audience-1", minute).await?;
            json!([token.token.as_str(), token.ttl.as_secs()])
        }
        "register_rotation_job" => {
            let job = RotationJob {
                name: "job-1".to_owned(),
                path: "rotate".to_owned(),
                period: minute,
                ..RotationJob::default()
            };
            json!(view.register_rotation_job(job).await?)
        }
        "deregister_rotation_job" => {
            json!(view.deregister_rotation_job("mount/", "rotate").await?)
        }
        _ => Value::Null,
    })
}

fn logged(what: &str, request: &Request) -> Result<Option<Response>, Error> {
    match what {
        "levels" => {
            tracing::trace!("at trace");
            tracing::debug!("at debug");
            tracing::info!("at info");
            tracing::warn!("at warn");
            tracing::error!("at error");
        }
        "fields" => {
            let _outer = tracing::info_span!("outer", role = "outer", outermost = true).entered();
            let _inner = tracing::info_span!("inner", role = "inner").entered();
            tracing::info!(count = 3, ratio = 0.5, text = "two\nlines", "with\nfields");
        }
        "long" => tracing::info!(blob = "x".repeat(200_000), "a long line"),
        "later" => {
            let span = tracing::info_span!("span", first = 1, later = tracing::field::Empty);
            let _entered = span.enter();
            let hostile = Hostile(request.data.parse()?);
            span.record("later", tracing::field::debug(&hostile));
            span.record("later", tracing::field::display(&hostile));
            span.record("later", &hostile as &(dyn std::error::Error + 'static));
            let _inner = tracing::info_span!("inner", inner = ?hostile).entered();
            tracing::info!(own = %hostile, "recorded later");
            tracing::info!("{hostile}");
        }
        // What an author may do with a request without giving anything away.
        "debug" => tracing::info!(?request, "a request"),
        _ => return Err(Error::unsupported_path()),
    }
    Ok(None)
}

/// A value whose texts are made by code that logs, panics or fails.
struct Hostile(String);

impl Hostile {
    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    fn write(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_str() {
            "logs" => tracing::info!(nested = true, "from inside of a value"),
            "records" => {
                tracing::Span::current().record("first", 2);
            }
            "panics" => panic!("a value panics"),
            "fails" => return Err(std::fmt::Error),
            _ => {}
        }
        f.write_str("hostile")
    }
}

impl std::fmt::Debug for Hostile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f)
    }
}

impl std::fmt::Display for Hostile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f)
    }
}

impl std::error::Error for Hostile {}

fn failure(kind: &str, request: &Request) -> Result<Error, Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Told {
        explained: Option<String>,
        hostile: String,
    }
    let told = request.data.parse::<Option<Told>>()?.unwrap_or_default();
    let error = match kind {
        "unknown" => Error::new("a plain text"),
        "user" => Error::user("the user's mistake"),
        "internal" => Error::internal("the backend's mistake"),
        "coded" => Error::coded(StatusCode::CONFLICT, "a conflict"),
        "bad-request" => Error::bad_request("a bad request"),
        "unsupported-operation" => Error::unsupported_operation(),
        "unsupported-path" => Error::unsupported_path(),
        "invalid-request" => Error::invalid_request(),
        "permission-denied" => Error::permission_denied(),
        "multi-authz-pending" => Error::multi_authz_pending(),
        "unrecoverable" => Error::unrecoverable(),
        "empty" => Error::new(""),
        "hostile" => Error::internal("what the caller sees").with_source(Hostile(told.hostile)),
        "caused" => Error::internal("what the caller sees")
            .with_source(std::io::Error::other("what only the log sees")),
        _ => Error::unsupported_path(),
    };
    Ok(match told.explained {
        Some(text) => error.explained(text),
        None => error,
    })
}

fn formed(form: &str) -> Result<Response, Error> {
    let minute = Duration::from_secs(60);
    match form {
        "empty" => Ok(Response::empty()),
        "keys" => Ok(Response::keys(["a", "b/"])),
        "no-keys" => Ok(Response::keys::<String>([])),
        "warnings" => Response::new(&json!({ "a": 1 }))
            .map(|response| response.with_warning("careful").with_warning("really")),
        "headers" => Ok(Response::empty().with_header("X-One", "1").with_header("X-One", "2")),
        "wrapped" => Ok(Response::empty().wrapped_for(minute)),
        "redirect" => Ok(Response::redirect("https://example.com/")),
        "role" => Ok(Response::role("dev")),
        "error" => Ok(Response::error("in words")),
        "raw" => Ok(Response::raw(
            RawResponse::new(StatusCode::IM_A_TEAPOT, "text/plain", &b"short and stout"[..])
                .cache_control("no-store"),
        )),
        "lease" => {
            let lease = Lease::of(minute).renewable_up_to(2 * minute);
            let internal_data = Data::new(&json!({ "user": "u1" }))?;
            let secret = Secret { lease, internal_data, lease_id: String::new() };
            Response::secret(secret, &json!({ "password": "p1" }))
        }
        "auth" => {
            let mut auth = Auth::of(Alias::named("alice"));
            auth.policies = vec!["dev".to_owned()];
            auth.lease = Lease::of(minute);
            Ok(Response::auth(auth))
        }
        // Servers would take it for an error.
        "misread" => Response::new(&json!({ "error": "is a field" })),
        _ => Err(Error::unsupported_path()),
    }
}

/// A secret whose lease ends as `how` says.
fn leased(how: &str, request: &Request) -> Result<Option<Response>, Error> {
    match (request.operation, how) {
        (Operation::Revoke, "refused") => Err(Error::bad_request("the other system refuses")),
        (Operation::Revoke, "final") => Err(Error::unrecoverable()),
        (Operation::Revoke, "worded") => Ok(Some(Response::error("not in this state"))),
        (Operation::Revoke, _) => Ok(None),
        (Operation::Renew, "unrenewed") => Ok(None),
        (Operation::Renew, "refused") => Err(Error::user("renewals are refused")),
        _ => {
            let hour = Duration::from_secs(3600);
            let lease = Lease { renewable: how != "fixed", ..Lease::of(hour) };
            let internal_data = Data::new(&json!({ "how": how }))?;
            let secret = Secret { lease, internal_data, lease_id: String::new() };
            Response::secret(secret, &json!({ "how": how })).map(Some)
        }
    }
}

/// What a login asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    alias: Option<String>,
    groups: Vec<String>,
    policies: Vec<String>,
    metadata: std::collections::BTreeMap<String, String>,
    ttl: u64,
    max_ttl: u64,
    period: u64,
    explicit_max_ttl: u64,
    num_uses: u64,
    renewable: bool,
    no_default_policy: bool,
    token_type: plugin_runtime::TokenType,
    refused: bool,
}

/// The token that the caller asks for; renewed as it is.
fn logged_in(request: &Request) -> Result<Response, Error> {
    if let Some(auth) = request.auth.as_ref().filter(|_| request.operation == Operation::Renew) {
        return Ok(Response::auth(auth.clone()));
    }
    let wish = request.data.parse::<Option<Wish>>()?.unwrap_or_default();
    if wish.refused {
        return Err(Error::permission_denied());
    }
    let mut auth = Auth::of(Alias::named("unnamed"));
    auth.alias = wish.alias.map(Alias::named);
    auth.group_aliases = wish.groups.into_iter().map(Alias::named).collect();
    auth.policies = wish.policies;
    auth.metadata = wish.metadata;
    let seconds = Duration::from_secs;
    let lease = Lease::of(seconds(wish.ttl)).renewable_up_to(seconds(wish.max_ttl));
    auth.lease = Lease { renewable: wish.renewable, ..lease };
    auth.period = seconds(wish.period);
    auth.explicit_max_ttl = seconds(wish.explicit_max_ttl);
    auth.num_uses = wish.num_uses;
    auth.no_default_policy = wish.no_default_policy;
    auth.token_type = wish.token_type;
    Ok(Response::auth(auth))
}

/// Puts what it is given into an answer's every corner, and logs an answer's Debug form.
fn leaky(request: &Request) -> Result<Response, Error> {
    let planted: Planted = request.data.parse()?;
    let internal_data = Data::new(&json!({ "secret": planted.secret }))?;
    let secret = Secret {
        lease: Lease::default(),
        internal_data: internal_data.clone(),
        lease_id: String::new(),
    };
    let mut auth = Auth::of(Alias::named("alice"));
    auth.internal_data = internal_data;
    auth.client_token.clone_from(&planted.secret);
    let response = Response::secret(secret.clone(), &json!({ "secret": planted.secret }))?;
    let entry = StorageEntry::new("key", planted.secret.into_bytes());
    tracing::info!(?request, ?response, ?secret, ?auth, ?entry, "everything in sight");
    Ok(response)
}

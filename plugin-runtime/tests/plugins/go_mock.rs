//! The backend of the Go SDK's mock plugin, path by path, so that test suites of other projects can
//! test this runtime. A secrets engine, or an auth method with the argument `--auth`; all other
//! arguments are ignored.

use std::env;
use std::process::{self, ExitCode};

use parking_lot::Mutex;
use plugin_runtime::fields::Seconds;
use plugin_runtime::framework::extract::{Fields, MountPoint, Path, State};
use plugin_runtime::framework::{Framework, Operations, answer::Keys, create, list, read};
use plugin_runtime::{
    Error, Mount, Plugin, RawResponse, Request, Response, Result, RotationJob, SpecialPaths,
    StatusCode, Storage, StorageEntry, SystemView, SystemViewError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Overrides the version that the plugin reports.
const VERSION: &str = "TESTING_MOCK_VAULT_PLUGIN_VERSION";

fn main() -> ExitCode {
    let version = env::var(VERSION).ok().filter(|version| !version.is_empty());
    let auth = env::args().any(|argument| argument == "--auth");
    Plugin::new("go_mock", move |mount| backend(mount, auth))
        .version(version.unwrap_or_else(|| "v0.0.0+mock".to_owned()))
        .serve()
}

pub(crate) fn backend(mount: Mount, auth: bool) -> Framework<Mock> {
    let mock =
        Mock { internal: Mutex::new("bar".to_owned()), initialized: Mutex::new(false), mount };
    let mut special = SpecialPaths::default();
    special.allow_snapshot_read = vec!["kv/*".to_owned(), "kv".to_owned()];
    let framework = if auth { Framework::auth(mock) } else { Framework::secrets(mock) };
    framework
        .path("errors/rpc", read(connection_is_shut_down))
        .path("errors/kill", read(kill))
        .path("errors/type", create(never, fail).update(fail))
        .path("kv/?", list(list_keys))
        .path("kv/{key}", key_value())
        .path("config", create(is_configured, configure).update(configure).read(read_config))
        .path("internal", read(read_internal).update(write_internal))
        .path("special", read(special_answer).unauthenticated())
        .path("raw", read(raw))
        .path("env/{key}", read(variable))
        .path("init-req", read(init_request))
        .special_paths(special)
        .initialize(initialize)
        .invalidate(|mock, key| async move {
            if key == "internal" {
                mock.internal.lock().clear();
            }
        })
}

/// The state that one mount keeps in memory.
pub(crate) struct Mock {
    internal: Mutex<String>,
    initialized: Mutex<bool>,
    mount: Mount,
}

async fn initialize(mock: State<Mock>) {
    *mock.initialized.lock() = true;
}

/// The text of Go's net/rpc. Servers reload the plugin when they read it, and repeat the request.
async fn connection_is_shut_down() -> Result<()> {
    Err(Error::new("connection is shut down"))
}

async fn kill() {
    process::exit(1)
}

#[derive(Deserialize, JsonSchema)]
struct ErrorType {
    /// The kind of the error, by its number on the wire.
    err_type: Option<i64>,
}

async fn never() -> bool {
    false
}

async fn fail(Fields(wanted): Fields<ErrorType>) -> Result<()> {
    Err(match wanted.err_type {
        None => return connection_is_shut_down().await,
        Some(0) => Error::new("test"),
        Some(1) => Error::user("test"),
        Some(2) => Error::internal("test"),
        Some(3) => Error::coded(StatusCode::FORBIDDEN, "test"),
        Some(4) => Error::bad_request("test"),
        Some(5) => Error::unsupported_operation(),
        Some(6) => Error::unsupported_path(),
        Some(7) => Error::invalid_request(),
        Some(8) => Error::permission_denied(),
        Some(9) => Error::multi_authz_pending(),
        Some(_) => return Ok(()),
    })
}

#[derive(Deserialize, JsonSchema)]
struct KeyValue {
    key: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    version: i64,
}

fn key_value() -> Operations<Mock> {
    create(key_exists, write_key).update(write_key).read(read_key).delete(delete_key)
}

async fn list_keys(storage: Storage) -> Result<Keys> {
    Ok(Keys(storage.list("kv/").await?))
}

async fn key_exists(request: Request) -> Result<bool> {
    let found = request.storage.entry(&request.path).await;
    Ok(found.map_err(|error| Error::new(format!("existence check failed: {error}")))?.is_some())
}

async fn read_key(fields: Fields<KeyValue>, storage: Storage) -> Result<Option<Response>> {
    let Some(entry) = storage.entry(&format!("kv/{}", fields.key)).await? else { return Ok(None) };
    let value = String::from_utf8_lossy(&entry.value);
    Response::new(&json!({ "value": value, "version": fields.version })).map(Some)
}

async fn write_key(Fields(fields): Fields<KeyValue>, storage: Storage) -> Result<Response> {
    let answer = Response::new(&json!({ "value": fields.value }))?;
    storage.put_entry(StorageEntry::new(format!("kv/{}", fields.key), fields.value)).await?;
    Ok(answer)
}

async fn delete_key(fields: Fields<KeyValue>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&format!("kv/{}", fields.key)).await?)
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Internal {
    #[serde(default)]
    value: String,
}

async fn read_internal(mock: State<Mock>) -> Fields<Internal> {
    Fields(Internal { value: mock.internal.lock().clone() })
}

async fn write_internal(mock: State<Mock>, Fields(written): Fields<Internal>) {
    *mock.internal.lock() = written.value;
}

async fn special_answer() -> Result<Response> {
    Response::new(&json!({ "data": "foo" }))
}

async fn raw() -> RawResponse {
    RawResponse::new(StatusCode::OK, "text/plain", &b"Response"[..])
}

/// Suites ask for the value by the field `key`, and descriptions of the mock by its own name.
async fn variable(Path(key): Path<String>) -> Result<Response> {
    let value = env::var(&key).unwrap_or_default();
    Response::new(&json!({ "key": value, key: value }))
}

/// Returns the server's information about the mount; nothing before the mount was initialized. A
/// mount's path and accessor do not reach a plugin.
async fn init_request(mock: State<Mock>) -> Result<Response> {
    if !*mock.initialized.lock() {
        return Response::new(&json!({}));
    }
    Response::new(&json!({
        "mount_point": "",
        "mount_type": mock.mount.plugin_name,
        "mount_accessor": "",
        "backend_uuid": mock.mount.uuid,
        "mount_running_version": mock.mount.plugin_version,
    }))
}

/// The fields of a request about the rotation of a credential.
#[derive(Deserialize, JsonSchema)]
struct RotationChange {
    /// When to rotate, as a cron expression. Not together with `rotation_period`.
    rotation_schedule: Option<String>,
    /// How long after its time a rotation may still start.
    rotation_window: Option<Seconds>,
    /// How often to rotate. Not together with `rotation_schedule`.
    rotation_period: Option<Seconds>,
    /// Whether to cancel the rotation.
    disable_automated_rotation: Option<bool>,
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Rotation {
    rotation_schedule: String,
    rotation_window: Seconds,
    rotation_period: Seconds,
    disable_automated_rotation: bool,
}

impl Rotation {
    fn change(&mut self, change: RotationChange) -> Result<()> {
        let RotationChange { rotation_schedule, rotation_window, rotation_period, .. } = change;
        let has_period = rotation_period.is_some_and(|period| !period.is_zero());
        let has_window = rotation_window.is_some_and(|window| !window.is_zero());
        if has_period && rotation_schedule.as_ref().is_some_and(|schedule| !schedule.is_empty()) {
            return Err(Error::bad_request(
                "mutually exclusive fields rotation_schedule and rotation_period were both \
                 specified; only one of them can be provided",
            ));
        }
        if has_period && has_window {
            return Err(Error::bad_request("rotation_window does not apply to period"));
        }
        if has_window && rotation_schedule.is_none() {
            return Err(Error::bad_request("cannot use rotation_window without rotation_schedule"));
        }
        self.rotation_schedule =
            rotation_schedule.unwrap_or(std::mem::take(&mut self.rotation_schedule));
        self.rotation_window = rotation_window.unwrap_or(self.rotation_window);
        self.rotation_period = rotation_period.unwrap_or(self.rotation_period);
        let disabled = change.disable_automated_rotation;
        self.disable_automated_rotation = disabled.unwrap_or(self.disable_automated_rotation);
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        let timed = !self.rotation_schedule.is_empty() || !self.rotation_period.is_zero();
        timed && !self.disable_automated_rotation
    }
}

async fn is_configured(storage: Storage) -> Result<bool> {
    Ok(storage.entry("config").await?.is_some())
}

async fn read_config(storage: Storage) -> Result<Option<Fields<Rotation>>> {
    Ok(storage.get("config").await?.map(Fields))
}

async fn configure(
    Fields(change): Fields<RotationChange>,
    MountPoint(mount_point): MountPoint,
    server: SystemView,
    storage: Storage,
) -> Result<()> {
    let mut rotation: Rotation = storage.get("config").await?.unwrap_or_default();
    rotation.change(change)?;
    if rotation.is_wanted() {
        let job = RotationJob {
            mount_point,
            path: "config".to_owned(),
            schedule: rotation.rotation_schedule.clone(),
            window: rotation.rotation_window.duration(),
            period: rotation.rotation_period.duration(),
            ..RotationJob::default()
        };
        server.register_rotation_job(job).await.map_err(|error| {
            Error::bad_request(format!("error registering rotation job: {error}"))
        })?;
    } else {
        match server.deregister_rotation_job(mount_point, "config").await {
            // A server without rotation has no job to end.
            Ok(()) | Err(SystemViewError::Unsupported(_)) => {}
            Err(error) => {
                let reason = format!("error deregistering rotation job: {error}");
                return Err(Error::bad_request(reason));
            }
        }
    }
    Ok(storage.put("config", &rotation).await?)
}

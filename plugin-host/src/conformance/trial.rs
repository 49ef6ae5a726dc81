//! A mount whose every call is made by the checks themselves.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use plugin_proto::pb;
use serde_json::Value;

use super::planted::Planted;
use crate::answer::{Access, Answer, Asked};
use crate::events::Events;
use crate::mounted_backend::{Deadline, InstanceError, MountedBackend as _};
use crate::process::{MountServices, PluginProcess, RemoteInstance, Setup};
use crate::storage::{MountState, MountStorage, Store};
use crate::system_view::{MountSystemView, SystemSettings};
use crate::wrapping::Wrappings;
use crate::{Clock, Faults};
use plugin_runtime::Operation;
use plugin_runtime::{BackendType, StorageError};

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The error that says that a path has no such operation, and the one that there is no such path.
pub(super) const UNSUPPORTED_OPERATION: u32 = 5;
pub(super) const UNSUPPORTED_PATH: u32 = 6;

/// A mount of the plugin, with storage of its own.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) instance: RemoteInstance,
    pub(super) process: PluginProcess,
    last_request: Mutex<String>,
    storage: MountStorage,
    token: String,
    mount_point: String,
}

/// What came back of one request.
#[derive(Debug)]
pub(super) struct Called {
    operation: Operation,
    pub(super) reply: Result<pb::HandleRequestReply, InstanceError>,
}

impl Trial {
    /// Creates a mount, set up and initialised as a server does it.
    pub(super) async fn mounted(
        process: &PluginProcess,
        kind: BackendType,
        planted: &Planted,
    ) -> Result<Self, String> {
        let trial =
            Self::set_up(process, kind, planted).await.map_err(|error| error.to_string())?;
        trial.storage.set_state(MountState::Ready);
        let reply = trial.instance.initialize(Some(Instant::now() + PATIENCE)).await;
        match reply {
            Ok(pb::InitializeReply { err: Some(error) }) => Err(error.err_msg),
            Ok(_) => Ok(trial),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Creates a mount that is only set up. It may read its storage, and not write.
    pub(super) async fn set_up(
        process: &PluginProcess,
        kind: BackendType,
        planted: &Planted,
    ) -> Result<Self, InstanceError> {
        let uuid = uuid::Uuid::new_v4().to_string();
        let storage = Store::new().mount(&uuid);
        storage.set_state(MountState::SettingUp);
        let view =
            MountSystemView::new(SystemSettings::default(), Wrappings::new(Clock::default()));
        let events = Events::default().service(&uuid);
        let services =
            MountServices::new(storage.clone(), view, Some(events), process.largest_message());
        let (kind, mount_point) = match kind {
            BackendType::Auth => ("auth", "auth/conformance/"),
            _ => ("secret", "conformance/"),
        };
        let mut config = vec![("plugin_name", "conformance"), ("plugin_type", kind)];
        if !process.holds_one_mount() {
            config.push(("plugin_version", ""));
        }
        let config = config.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let setup = Setup { config: config.collect(), uuid };
        let instance = RemoteInstance::set_up(process, services, setup).await?;
        let token = planted.token().to_owned();
        Ok(Self {
            instance,
            process: process.clone(),
            last_request: Mutex::new("Setup".to_owned()),
            storage,
            token,
            mount_point: mount_point.to_owned(),
        })
    }

    /// Returns the request that was sent last, in a few words.
    pub(super) fn last_request(&self) -> String {
        self.last_request.lock().clone()
    }

    fn note(&self, what: &str, request: &pb::Request) {
        let path = match request.path.as_str() {
            "" => "the mount's root",
            path => path,
        };
        *self.last_request.lock() = format!("{what} of {path}");
    }

    /// Returns the faults of its storage, and the calls that it got.
    pub(super) fn faults(&self) -> &Faults {
        self.storage.faults()
    }

    /// Sets whether its storage refuses writes.
    pub(super) fn set_read_only(&self, read_only: bool) {
        self.storage.set_state(if read_only { MountState::ReadOnly } else { MountState::Ready });
    }

    /// Returns every key that it has stored.
    pub(super) async fn stored(&self) -> Result<Vec<String>, StorageError> {
        let storage = self.storage.unfaulted();
        let mut folders = vec![String::new()];
        let mut keys = Vec::new();
        while let Some(folder) = folders.pop() {
            for name in storage.list(&folder).await? {
                let path = format!("{folder}{name}");
                if path.ends_with('/') { folders.push(path) } else { keys.push(path) }
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// Sends a request as a client's arrives. `null` means no data.
    pub(super) fn request(&self, operation: &str, path: &str, data: &Value) -> pb::Request {
        pb::Request {
            id: uuid::Uuid::new_v4().to_string(),
            operation: operation.to_owned(),
            path: path.to_owned(),
            data: data.to_string().into(),
            client_token: self.token.clone(),
            client_token_accessor: "conformance".to_owned(),
            display_name: "conformance".to_owned(),
            mount_point: self.mount_point.clone(),
            mount_type: "conformance".to_owned(),
            connection: Some(pb::Connection {
                remote_addr: "127.0.0.1".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    pub(super) async fn send(&self, request: pb::Request) -> Called {
        self.send_within(request, PATIENCE).await
    }

    pub(super) async fn send_within(&self, request: pb::Request, patience: Duration) -> Called {
        let operation = Operation::from_name(&request.operation);
        self.note(&format!("the {}", request.operation), &request);
        let deadline = Deadline::told(Instant::now() + patience);
        Called { operation, reply: self.instance.handle_request(request, deadline).await }
    }

    pub(super) async fn call(&self, operation: &str, path: &str, data: &Value) -> Called {
        self.send(self.request(operation, path, data)).await
    }

    pub(super) async fn read(&self, path: &str) -> Called {
        self.call("read", path, &Value::Null).await
    }

    /// Writes as a server does: an existence check, and then a creation or an update.
    pub(super) async fn write(&self, path: &str, data: &Value) -> Called {
        let operation = match self.exists(path, data).await {
            Ok(Some(false)) => "create",
            _ => "update",
        };
        self.call(operation, path, data).await
    }

    /// Runs the existence check; returns `None` if the path has none.
    pub(super) async fn exists(&self, path: &str, data: &Value) -> Result<Option<bool>, String> {
        let request = self.request("update", path, data);
        self.note("the existence check", &request);
        let deadline = Deadline::told(Instant::now() + PATIENCE);
        let reply = self.instance.existence_check(request, deadline).await;
        match reply.map_err(|error| error.to_string())? {
            pb::HandleExistenceCheckReply { err: Some(error), .. } => match error.err_type {
                UNSUPPORTED_OPERATION | UNSUPPORTED_PATH => Ok(None),
                _ => Err(error.err_msg),
            },
            reply => Ok(reply.check_found.then_some(reply.exists)),
        }
    }
}

impl Called {
    /// Returns what a client of a server would have seen.
    pub(super) fn answer(&self) -> Answer {
        let asked = Asked { operation: self.operation, access: Access::Token, wrap_ttl: None };
        Answer::from_reply(asked, self.reply.clone()).answer
    }

    /// Returns whether the call succeeded. A login is a success as well.
    pub(super) fn succeeded(&self) -> bool {
        self.answer().is_success()
            || self.reply.as_ref().is_ok_and(|reply| {
                let response = reply.response.as_ref();
                reply.err.is_none() && response.is_some_and(|response| response.auth.is_some())
            })
    }

    /// Returns the number of the kind of error, when there is one.
    pub(super) fn error_kind(&self) -> Option<u32> {
        Some(self.reply.as_ref().ok()?.err.as_ref()?.err_type)
    }

    /// Returns the text beside that number.
    pub(super) fn error_text(&self) -> &str {
        let error = self.reply.as_ref().ok().and_then(|reply| reply.err.as_ref());
        error.map_or("", |error| error.err_msg.as_str())
    }

    /// Returns the secret that is to be leased.
    pub(super) fn secret(&self) -> Option<pb::Secret> {
        let response = self.reply.as_ref().ok()?.response.as_ref()?;
        // A secret without terms is not a lease.
        response.secret.clone().filter(|secret| secret.lease_options.is_some())
    }

    /// Returns the answer in a few words.
    pub(super) fn shown(&self) -> String {
        let answer = self.answer();
        let errors: Vec<&str> =
            answer.errors.iter().flat_map(|text| text.split_whitespace()).collect();
        let errors: String = errors.join(" ").chars().take(200).collect();
        match (&self.reply, errors.is_empty()) {
            (Err(error), _) => error.to_string(),
            (Ok(_), true) => format!("status {}", answer.status),
            (Ok(_), false) => format!("status {}: {errors}", answer.status),
        }
    }
}

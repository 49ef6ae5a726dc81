//! What a plugin is asked, and what it must answer.

use plugin_host::{Enable, PluginType};
use serde_json::{Value, json};

/// A path within the mount, and the fields that are written to it.
pub(crate) type Config = (&'static str, fn() -> Value);

/// A plugin whose entries are written, read, listed and deleted by their names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    /// The plugin's executable.
    pub(crate) file: &'static str,
    pub(crate) kind: PluginType,
    /// What is written first of all to a new mount.
    pub(crate) config: Option<Config>,
    /// Where the entries are within the mount, with a slash at its end.
    pub(crate) folder: &'static str,
    /// What lists them.
    pub(crate) list: &'static str,
    /// The fields of the entry of a name with a number.
    pub(crate) written: fn(u64) -> Value,
    /// What is read of it.
    pub(crate) read: fn(&str, u64) -> Value,
    /// The status of an answer about an entry that is not there.
    pub(crate) missing: u16,
    /// The fields of a login as the entry; `None` where no client logs in.
    pub(crate) login: Option<fn(&str, u64) -> Value>,
    /// Where an entry's credentials are read, which come with a lease.
    pub(crate) creds: Option<&'static str>,
}

impl Profile {
    pub(crate) fn enable(&self, plugin: &str, at: &str) -> Enable {
        match self.kind {
            PluginType::Auth => Enable::auth(plugin).at(at),
            _ => Enable::secrets(plugin).at(at),
        }
    }
}

/// The secrets mock: documents of any fields.
pub(crate) const DOCUMENTS: Profile = Profile {
    file: "backend-kv-mock",
    kind: PluginType::Secret,
    config: None,
    folder: "folder/",
    list: "folder",
    written: document,
    read: |_, number| document(number),
    missing: 400,
    login: None,
    creds: None,
};

/// The auth mock: users with a name and a password.
pub(crate) const USERS: Profile = Profile {
    file: "backend-auth-mock",
    kind: PluginType::Auth,
    config: None,
    folder: "user/",
    list: "users",
    written: |number| json!({ "password": password(number) }),
    read: |name, _| json!({ "name": name }),
    missing: 404,
    login: Some(|name, number| json!({ "user": name, "password": password(number) })),
    creds: None,
};

fn document(number: u64) -> Value {
    json!({ "number": number, "text": number.to_string().repeat(20) })
}

fn password(number: u64) -> String {
    format!("correct horse battery {number}")
}

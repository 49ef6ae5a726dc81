//! The information about a mount that its backend is created with.

use std::collections::BTreeMap;

use crate::Clock;

/// A mount, as the server describes it when it sets the backend up.
///
/// There is no storage here: while a mount is being set up, it can be read but not written, and not
/// even read if the server only checks what kind of plugin this is. It comes with
/// [`Backend::initialize`](crate::Backend::initialize) and with each request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mount {
    /// Identifies the mount for as long as it exists, even if it is moved. Empty if the server only
    /// probes.
    pub uuid: String,
    /// The catalog's name for the plugin.
    pub plugin_name: String,
    /// The catalog's type: `secret` or `auth`.
    pub plugin_type: String,
    /// The version that the mount requires; empty for none.
    pub plugin_version: String,
    /// The mount's options (`-options` of the command that enabled it).
    pub options: BTreeMap<String, String>,
    /// The mount's clock, for work outside of handlers.
    pub clock: Clock,
}

impl Mount {
    /// Reads the server's configuration: the mount's options and three of the server's own keys.
    #[doc(hidden)]
    pub fn new(uuid: String, mut config: BTreeMap<String, String>, clock: Clock) -> Self {
        let mut take = |key: &str| config.remove(key).unwrap_or_default();
        Self {
            uuid,
            plugin_name: take("plugin_name"),
            plugin_type: take("plugin_type"),
            plugin_version: take("plugin_version"),
            options: config,
            clock,
        }
    }

    /// Returns whether the server only wants to know which kind and version of plugin this is. No
    /// request will come, and the backend is dropped without
    /// [`Backend::cleanup`](crate::Backend::cleanup).
    pub fn is_probe(&self) -> bool {
        self.uuid.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_keys_are_not_options() {
        let config = [("plugin_name", "mock"), ("plugin_type", "secret"), ("version", "2")];
        let config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let mount = Mount::new("u".to_owned(), config, Clock::system());
        assert_eq!((mount.plugin_name.as_str(), mount.plugin_type.as_str()), ("mock", "secret"));
        assert_eq!(mount.options.into_iter().collect::<Vec<_>>(), [("version".into(), "2".into())]);
        assert!(Mount::new(String::new(), BTreeMap::new(), Clock::system()).is_probe());
    }
}

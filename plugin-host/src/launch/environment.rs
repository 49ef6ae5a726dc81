//! What a plugin's process finds in its environment.

use std::ffi::OsString;

use super::{Launch, Purpose};
use plugin_runtime::__private::handshake::{
    COOKIE_KEY, COOKIE_VALUE, DATABASE_COOKIE_KEY, DATABASE_COOKIE_VALUE,
};
use plugin_runtime::__private::transport::CertifiedKey;

/// What a plugin is told about who starts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cookie {
    /// A server that wants a secrets engine or an auth method.
    #[default]
    Backend,
    /// A server that checks whether this is a database plugin.
    Database,
    /// Nothing, as when a person starts it by hand.
    None,
}

/// How the connections to a plugin are secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsMode {
    /// Mutual TLS with certificates made for this process.
    #[default]
    Auto,
    /// No TLS. No server does that; a plugin must have been made to allow it.
    Plaintext,
}

/// Which variables of this process a plugin inherits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inherited {
    /// These, where they are set.
    Only(Vec<String>),
    /// All, as servers do; a token in the host's own environment included.
    All,
}

impl Default for Inherited {
    /// Returns the variables that programs need to run and to tell the time.
    fn default() -> Self {
        let names = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SystemRoot"];
        Self::Only(names.map(str::to_owned).into())
    }
}

/// Returns the whole environment; later entries win.
pub(super) fn variables(
    launch: &Launch,
    certified_key: Option<&CertifiedKey>,
) -> Vec<(OsString, OsString)> {
    let mut variables: Vec<(OsString, OsString)> = match &launch.inherited {
        Inherited::All => std::env::vars_os().collect(),
        Inherited::Only(names) => {
            names.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?))).collect()
        }
    };
    if let Some(directory) = &launch.directory {
        variables.push(("TMPDIR".into(), directory.into()));
    }
    variables.extend(launch.env.iter().cloned());
    let mut set = |name: &str, value: &str| variables.push((name.into(), value.into()));
    let automtls = certified_key.is_some().to_string();
    let metadata = matches!(launch.purpose, Purpose::Metadata).to_string();
    let token = match &launch.purpose {
        Purpose::OneMount(token) => token.text(),
        Purpose::Mounts | Purpose::Metadata => "",
    };
    for (name, value) in [
        ("VERSION", launch.server_version.as_str()),
        ("PLUGIN_METADATA_MODE", &metadata),
        ("PLUGIN_AUTOMTLS_ENABLED", &automtls),
        ("UNWRAP_TOKEN", token),
    ] {
        if value.is_empty() {
            continue;
        }
        set(&format!("BAO_{name}"), value);
        set(&format!("VAULT_{name}"), value);
    }
    match launch.cookie {
        Cookie::Backend => set(COOKIE_KEY, COOKIE_VALUE),
        Cookie::Database => set(DATABASE_COOKIE_KEY, DATABASE_COOKIE_VALUE),
        Cookie::None => {}
    }
    set("PLUGIN_MIN_PORT", "10000");
    set("PLUGIN_MAX_PORT", "25000");
    let versions: Vec<String> = launch.protocol_versions.iter().map(u32::to_string).collect();
    set("PLUGIN_PROTOCOL_VERSIONS", &versions.join(","));
    if let Some(certified_key) = certified_key {
        set("PLUGIN_CLIENT_CERT", &certified_key.certificate_pem());
    }
    if launch.asks_for_broker_multiplexing {
        set("PLUGIN_MULTIPLEX_GRPC", "true");
    }
    variables
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use zeroize::Zeroizing;

    use super::*;
    use crate::launch::{SharedKey, UnwrapToken};

    fn environment(launch: &Launch) -> BTreeMap<OsString, OsString> {
        variables(launch, Some(&CertifiedKey::generate().unwrap())).into_iter().collect()
    }

    #[test]
    fn only_what_is_named_is_inherited() {
        let launch = Launch::new("plugin").inherit(Inherited::Only(vec!["PATH".to_owned()]));
        let found = environment(&launch);
        assert_eq!(found.get(&OsString::from("PATH")), std::env::var_os("PATH").as_ref());
        assert!(!found.contains_key(&OsString::from("CARGO_MANIFEST_DIR")));
    }

    #[test]
    fn a_process_of_protocol_3_or_4_is_told_its_purpose() {
        let of = |launch: Launch| variables(&launch, None).into_iter().collect::<BTreeMap<_, _>>();
        let found = of(Launch::new("plugin").for_metadata());
        for prefix in ["BAO", "VAULT"] {
            for (name, value) in
                [("PLUGIN_METADATA_MODE", "true"), ("PLUGIN_AUTOMTLS_ENABLED", "false")]
            {
                assert_eq!(found[&OsString::from(format!("{prefix}_{name}"))], value, "{name}");
            }
            assert!(!found.contains_key(&OsString::from(format!("{prefix}_UNWRAP_TOKEN"))));
        }
        assert_eq!(found[&OsString::from("PLUGIN_PROTOCOL_VERSIONS")], "3,4");
        assert!(!found.contains_key(&OsString::from("PLUGIN_CLIENT_CERT")));

        let key = Arc::new(SharedKey::generate().unwrap());
        let token = UnwrapToken::new(Zeroizing::new("a.b.c".to_owned()), key);
        let found = of(Launch::new("plugin").for_one_mount(token));
        assert_eq!(found[&OsString::from("VAULT_UNWRAP_TOKEN")], "a.b.c");
        assert_eq!(found[&OsString::from("VAULT_PLUGIN_METADATA_MODE")], "false");
    }

    #[test]
    fn the_handshake_wins_over_the_catalogs_variables() {
        let launch = Launch::new("plugin").env("PLUGIN_PROTOCOL_VERSIONS", "9").env("MINE", "1");
        let found = environment(&launch);
        assert_eq!(found[&OsString::from("PLUGIN_PROTOCOL_VERSIONS")], "5");
        assert_eq!(found[&OsString::from("MINE")], "1");
        let pem = found[&OsString::from("PLUGIN_CLIENT_CERT")].to_str().unwrap();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    }
}

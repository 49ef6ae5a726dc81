//! The environment variables that a server sets for a plugin.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// The settings that a server passes to a plugin at start.
///
/// OpenBao sets `BAO_*` and `VAULT_*` variables, Vault only the latter; the `BAO_` spelling wins
/// whenever it exists, even when it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Environment {
    /// The offered protocol versions (`PLUGIN_PROTOCOL_VERSIONS`), in the server's order, which has
    /// no meaning.
    pub protocol_versions: Vec<u32>,
    /// Parts of `PLUGIN_PROTOCOL_VERSIONS` that are not numbers; they are skipped.
    pub bad_versions: Vec<String>,
    /// The server's certificate in PEM (`PLUGIN_CLIENT_CERT`); set when the server wants mutual
    /// TLS.
    pub client_certificate: Option<String>,
    /// Whether the server only asks what kind of plugin this is (`*_PLUGIN_METADATA_MODE=true`), in protocols
    /// 3 and 4.
    pub metadata: bool,
    /// The token for which the server's API gives out the key pair of protocols 3 and 4
    /// (`*_UNWRAP_TOKEN`).
    pub unwrap_token: Option<UnwrapToken>,
    /// The directory for the socket (`PLUGIN_UNIX_SOCKET_DIR`). The default is the system's
    /// temporary directory.
    pub socket_directory: Option<PathBuf>,
    /// The group, by name or number, that may connect (`PLUGIN_UNIX_SOCKET_GROUP`).
    pub socket_group: Option<String>,
    /// The ports to try, first to last, if the plugin listens on TCP (`PLUGIN_MIN_PORT`,
    /// `PLUGIN_MAX_PORT`). Without them, the system chooses one.
    pub ports: Option<(u16, u16)>,
    /// Whether the handshake line needs a seventh field (`PLUGIN_MULTIPLEX_GRPC` is set).
    pub asks_for_broker_multiplexing: bool,
    /// The server's version (`BAO_VERSION`, `VAULT_VERSION`).
    pub server_version: Option<String>,
    /// Whether the server wants the process's memory to be locked (`*_PLUGIN_MLOCK_ENABLED=true`).
    pub lock_memory: bool,
    /// The file in which a test's host keeps its time (`PLUGIN_TEST_CLOCK`); no server sets it.
    pub test_clock: Option<PathBuf>,
    /// The lowest level of log lines that the server wants (`*_LOG_LEVEL`, which a plugin inherits
    /// from its server).
    pub log_level: Option<String>,
}

/// A token that can be exchanged, once, for the key pair of protocols 3 and 4. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnwrapToken(Zeroizing<String>);

impl UnwrapToken {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnwrapToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnwrapToken").finish_non_exhaustive()
    }
}

/// Errors in an environment that no server would set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A port variable is not a port number.
    #[error("{name} is not a port number: `{value}`")]
    Port {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The port range is empty.
    #[error("PLUGIN_MIN_PORT ({min}) is above PLUGIN_MAX_PORT ({max})")]
    PortRange {
        /// The lowest port.
        min: u16,
        /// The highest port.
        max: u16,
    },
}

impl Environment {
    /// Reads the environment through `variable`, which looks up one variable.
    ///
    /// # Errors
    ///
    /// Fails if a port variable is not a number or the range of ports is empty.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let filled = |name: &str| variable(name).filter(|value| !value.is_empty());
        let either = |name: &str| {
            variable(&format!("BAO_{name}")).or_else(|| variable(&format!("VAULT_{name}")))
        };
        let (protocol_versions, bad_versions) =
            versions(&variable("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default());
        Ok(Self {
            protocol_versions,
            bad_versions,
            client_certificate: filled("PLUGIN_CLIENT_CERT"),
            metadata: either("PLUGIN_METADATA_MODE").as_deref() == Some("true"),
            unwrap_token: either("UNWRAP_TOKEN")
                .filter(|token| !token.is_empty())
                .map(|token| UnwrapToken(Zeroizing::new(token))),
            socket_directory: filled("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: filled("PLUGIN_UNIX_SOCKET_GROUP"),
            ports: ports(filled("PLUGIN_MIN_PORT"), filled("PLUGIN_MAX_PORT"))?,
            asks_for_broker_multiplexing: filled("PLUGIN_MULTIPLEX_GRPC").is_some(),
            server_version: either("VERSION").filter(|version| !version.is_empty()),
            lock_memory: either("PLUGIN_MLOCK_ENABLED").as_deref() == Some("true"),
            test_clock: filled(crate::clock::VARIABLE).map(PathBuf::from),
            log_level: either("LOG_LEVEL").filter(|level| !level.is_empty()),
        })
    }
}

fn versions(list: &str) -> (Vec<u32>, Vec<String>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for part in list.split(',').filter(|part| !part.is_empty()) {
        match part.parse() {
            Ok(version) => good.push(version),
            Err(_) => bad.push(part.to_owned()),
        }
    }
    (good, bad)
}

fn ports(min: Option<String>, max: Option<String>) -> Result<Option<(u16, u16)>, EnvironmentError> {
    let parse = |name: &'static str, value: Option<String>| match value {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| EnvironmentError::Port { name, value: text }),
    };
    let min = parse("PLUGIN_MIN_PORT", min)?;
    let max = parse("PLUGIN_MAX_PORT", max)?;
    if min > max {
        return Err(EnvironmentError::PortRange { min, max });
    }
    Ok((max != 0).then_some((min, max)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        Environment::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_is_fine() {
        assert_eq!(read(&[]), Ok(Environment::default()));
    }

    #[test]
    fn versions_that_are_not_numbers_are_set_aside() {
        let environment = read(&[("PLUGIN_PROTOCOL_VERSIONS", "4,x,5,-1,3,")]).unwrap();
        assert_eq!(environment.protocol_versions, [4, 5, 3]);
        assert_eq!(environment.bad_versions, ["x", "-1"]);
    }

    #[test]
    fn bao_wins_over_vault_even_when_empty() {
        let both = [("VAULT_PLUGIN_MLOCK_ENABLED", "true"), ("BAO_PLUGIN_MLOCK_ENABLED", "")];
        assert!(!read(&both).unwrap().lock_memory);
        assert!(read(&both[..1]).unwrap().lock_memory);
        let versions = [("VAULT_VERSION", "1.21.0"), ("BAO_VERSION", "2.7.2")];
        assert_eq!(read(&versions).unwrap().server_version.as_deref(), Some("2.7.2"));
    }

    #[test]
    fn only_the_word_true_locks_memory() {
        for (value, locks) in [("true", true), ("TRUE", false), ("1", false), ("false", false)] {
            let environment = read(&[("BAO_PLUGIN_MLOCK_ENABLED", value)]).unwrap();
            assert_eq!(environment.lock_memory, locks, "{value}");
        }
    }

    #[test]
    fn the_fallbacks_variables_have_both_spellings() {
        for name in ["VAULT_PLUGIN_METADATA_MODE", "BAO_PLUGIN_METADATA_MODE"] {
            assert!(read(&[(name, "true")]).unwrap().metadata, "{name}");
            assert!(!read(&[(name, "1")]).unwrap().metadata, "{name}");
        }
        for name in ["VAULT_UNWRAP_TOKEN", "BAO_UNWRAP_TOKEN"] {
            let environment = read(&[(name, "secret")]).unwrap();
            assert_eq!(environment.unwrap_token.as_ref().map(UnwrapToken::as_str), Some("secret"));
            assert!(!format!("{environment:?}").contains("secret"), "{name}");
            assert_eq!(read(&[(name, "")]).unwrap().unwrap_token, None, "{name}");
        }
    }

    #[test]
    fn a_certificate_of_several_lines_is_kept_whole() {
        let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        let environment = read(&[("PLUGIN_CLIENT_CERT", pem)]).unwrap();
        assert_eq!(environment.client_certificate.as_deref(), Some(pem));
        assert_eq!(read(&[("PLUGIN_CLIENT_CERT", "")]).unwrap().client_certificate, None);
    }

    #[test]
    fn ports_are_a_range_or_an_error() {
        let range = |min, max| read(&[("PLUGIN_MIN_PORT", min), ("PLUGIN_MAX_PORT", max)]);
        assert_eq!(range("10000", "25000").unwrap().ports, Some((10000, 25000)));
        assert_eq!(range("0", "0").unwrap().ports, None);
        assert_eq!(range("9", "8"), Err(EnvironmentError::PortRange { min: 9, max: 8 }));
        assert!(matches!(range("x", "8"), Err(EnvironmentError::Port { .. })));
        assert!(matches!(range("1", "65536"), Err(EnvironmentError::Port { .. })));
    }
}

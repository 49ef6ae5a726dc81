//! The environment in which a plugin starts.

use std::time::Duration;

use plugin_fuzz::{Limits, target};
use plugin_runtime::handshake::{Environment, EnvironmentError, PROTOCOL_VERSION, negotiate};

/// An input is lines of `NAME=value`; the last one of a name counts.
fn read(text: &str) -> Result<Environment, EnvironmentError> {
    Environment::read(|wanted| {
        let mut pairs = text.split('\n').filter_map(|line| line.split_once('='));
        pairs.rfind(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
    })
}

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let environment = match read(&text) {
        Ok(environment) => environment,
        Err(error) => {
            assert!(error.to_string().contains("PORT"), "{error}");
            return;
        }
    };
    if let Some((min, max)) = environment.ports {
        assert!(min <= max && max > 0, "{min} to {max}");
    }
    let commas = text.matches(',').count();
    let parts = environment.protocol_versions.len() + environment.bad_versions.len();
    assert!(parts <= commas + 1, "{parts} versions");
    assert!(environment.bad_versions.iter().all(|part| part.parse::<u32>().is_err()));

    let ours = [PROTOCOL_VERSION, 4];
    let chosen = negotiate(&ours, &environment.protocol_versions).version();
    let common = ours.iter().any(|version| environment.protocol_versions.contains(version));
    assert!(ours.contains(&chosen));
    assert_eq!(environment.protocol_versions.contains(&chosen), common);

    let versions: Vec<_> = environment.protocol_versions.iter().map(ToString::to_string).collect();
    let again = format!("{text}\nPLUGIN_PROTOCOL_VERSIONS={}", versions.join(","));
    let mut expected = environment;
    expected.bad_versions.clear();
    assert_eq!(read(&again), Ok(expected));
}

target!(
    environment,
    words: &[
        "\n", "=", ",", "PLUGIN_PROTOCOL_VERSIONS=", "PLUGIN_CLIENT_CERT=", "PLUGIN_MIN_PORT=",
        "PLUGIN_MAX_PORT=", "PLUGIN_UNIX_SOCKET_DIR=", "PLUGIN_UNIX_SOCKET_GROUP=", "BAO_VERSION=",
        "PLUGIN_MULTIPLEX_GRPC=", "VAULT_VERSION=", "BAO_PLUGIN_MLOCK_ENABLED=", "VAULT_LOG_LEVEL=",
        "5", "4", "-1", "65535", "65536", "0", "true", "2.7.2",
        "-----BEGIN CERTIFICATE-----", "4294967296",
    ],
    limits: Limits { time: Duration::from_secs(1), memory: 1 << 20, memory_per_byte: 512 },
    check: check
);

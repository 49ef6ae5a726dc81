//! The environment of server and CLI processes.

use std::env;
use std::process::Command;

/// Keeps the user's own OpenBao and Vault settings (address, token, namespace, output format) away
/// from `command`: they would change what is tested, and a server hands its environment on to its
/// plugins.
pub fn without_server_settings(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("BAO_") || text.starts_with("VAULT_") {
            command.env_remove(&name);
        }
    }
}

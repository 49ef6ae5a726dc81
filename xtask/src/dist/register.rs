//! `REGISTER.md`: the exact commands that make the plugins known to a server.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::{BuiltPlugin, Distribution};

/// The file's name beside the plugin folder.
pub(super) const FILE_NAME: &str = "REGISTER.md";

/// Writes the file.
pub(super) fn write(distribution: &Distribution) -> Result<()> {
    let path = distribution.folder.join(FILE_NAME);
    fs::write(&path, text(&distribution.plugins))
        .with_context(|| format!("writing {}", path.display()))
}

fn text(plugins: &[BuiltPlugin]) -> String {
    let mut text = String::from(
        "# Registering these plugins\n\n\
         Copy the files of `plugins/` into the folder that the server's configuration names as\n\
         `plugin_directory` (write beside and rename when a server is running them), then:\n",
    );
    for built in plugins {
        let plugin = &built.plugin;
        let _ = write!(text, "\n## {} {}\n\n", plugin.package, plugin.version);
        for cli in ["bao", "vault"] {
            let _ = writeln!(text, "    {cli} {}", command_line(&arguments(built)));
            let _ = writeln!(
                text,
                "    {cli} {} enable {}\n",
                plugin.registration.kind.enable_command(),
                plugin.registration.name
            );
        }
    }
    text.push_str(
        "The version must be the one the plugin reports. After a new build: register again with the\n\
         new sum, then `plugin reload -plugin=NAME`.\n",
    );
    text
}

/// The CLI's arguments that register the plugin under its own name.
///
/// The version is named although the plugin reports it too: when a server can't run the plugin (a
/// wrong sum, say) an entry without version stays in its catalog, and that one wins over the entry
/// of a later, right registration.
#[must_use]
pub fn arguments(built: &BuiltPlugin) -> Vec<String> {
    let registration = &built.plugin.registration;
    vec![
        "plugin".into(),
        "register".into(),
        format!("-sha256={}", built.sha256),
        format!("-command={}", built.plugin.package),
        format!("-version=v{}", built.plugin.version),
        registration.kind.catalog_type().into(),
        registration.name.clone(),
    ]
}

fn command_line(arguments: &[String]) -> String {
    arguments.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Kind, Plugin, Registration};

    #[test]
    fn the_commands_are_complete() {
        let registration = Registration { kind: Kind::Auth, name: "door".into(), max_bytes: 1 };
        let plugin = Plugin { package: "backend-x".into(), version: "1.2.3".into(), registration };
        let text = text(&[BuiltPlugin { plugin, sha256: "ab".repeat(32), bytes: 1 }]);
        let sum = "ab".repeat(32);
        let register = format!(
            "    bao plugin register -sha256={sum} -command=backend-x -version=v1.2.3 auth door\n"
        );
        assert!(text.contains(&register), "{text}");
        assert!(text.contains("    vault auth enable door\n"), "{text}");
    }
}

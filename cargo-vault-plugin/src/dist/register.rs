//! `REGISTER.md`: the exact commands that make the plugins known to a server.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::{BuiltPlugin, Distribution};
use crate::plugin::Registration;

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
         The commands below are for OpenBao. With HashiCorp Vault, write `vault` instead of `bao`.\n\
         Set `PLUGINS` to the folder that the server's configuration names as `plugin_directory`, for\n\
         example:\n\n    \
         PLUGINS=/etc/openbao/plugins\n",
    );
    for built in plugins {
        let plugin = &built.plugin;
        let Registration { kind, name, .. } = &plugin.registration;
        let (enable, file) = (kind.enable_command(), file_name(built));
        let register = arguments(built, &file, true).join(" ");
        let _ = write!(
            text,
            "\n## {package} {version}\n\n\
             Install and register it:\n\n    \
             install -m 0755 plugins/{program} \"$PLUGINS/{file}\"\n    \
             bao {register}\n\n\
             Enable it:\n\n    \
             bao {enable} enable {name}\n\n\
             Or move a mount to it from another version, and back the same way:\n\n    \
             bao {enable} tune -plugin-version=v{version} {name}\n    \
             bao plugin reload -plugin={name}\n",
            package = plugin.package,
            program = plugin.program,
            version = plugin.version,
        );
    }
    text.push_str(
        "\nThe registered version must be the one that the plugin reports. Give each version a file of\n\
         its own: the server checks the file's hash at each start, so that a mount is down once a file\n\
         that its version names is overwritten.\n",
    );
    text
}

/// Returns the name of the executable in the server's plugin folder: one for each version.
fn file_name(built: &BuiltPlugin) -> String {
    format!("{}_v{}", built.plugin.program, built.plugin.version)
}

/// Returns the CLI's arguments that register the plugin under its own name. `command` is the name of
/// its file in the server's plugin folder.
///
/// The version is named although the plugin reports it too: when a server can't run the plugin (a
/// wrong sum, say) an entry without version stays in its catalog, and that one wins over the entry
/// of a later, right registration. Only a server whose catalog has no versions, as `versions` says,
/// gets none.
#[must_use]
pub fn arguments(built: &BuiltPlugin, command: &str, versions: bool) -> Vec<String> {
    let registration = &built.plugin.registration;
    let mut arguments = vec![
        "plugin".into(),
        "register".into(),
        format!("-sha256={}", built.sha256),
        format!("-command={command}"),
    ];
    if versions {
        arguments.push(format!("-version=v{}", built.plugin.version));
    }
    arguments.extend([registration.kind.catalog_type().into(), registration.name.clone()]);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::{Kind, Plugin};

    #[test]
    fn the_commands_are_complete() {
        let plugin = Plugin::sample("backend-x", "1.2.3", Kind::Auth, "door");
        let text = text(&[BuiltPlugin { plugin, sha256: "ab".repeat(32), bytes: 1 }]);
        let sum = "ab".repeat(32);
        for command in [
            "    install -m 0755 plugins/backend-x \"$PLUGINS/backend-x_v1.2.3\"\n".to_owned(),
            format!(
                "    bao plugin register -sha256={sum} -command=backend-x_v1.2.3 -version=v1.2.3 auth \
                 door\n"
            ),
            "    bao auth enable door\n".to_owned(),
            "    bao auth tune -plugin-version=v1.2.3 door\n    bao plugin reload -plugin=door\n"
                .to_owned(),
        ] {
            assert!(text.contains(&command), "{command}{text}");
        }
    }
}

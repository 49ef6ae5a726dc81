//! The text that a plugin prints when it is run in a shell.

/// Returns the whole text, for stderr.
pub(super) fn by_hand(name: &str, version: &str) -> String {
    let version = if version.is_empty() { String::new() } else { format!(" {version}") };
    format!(
        "\
{name}{version} is a plugin of HashiCorp Vault and OpenBao. Their server starts it; on its own it \
does nothing.

Put it into the server's plugin_directory, then, with `vault` or `bao`:

    bao plugin register -sha256=$(sha256sum {name} | cut -d' ' -f1) -command={name} TYPE {name}
    bao secrets enable {name}     # TYPE secret: a secrets engine
    bao auth enable {name}        # TYPE auth: an auth method
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_this_is_and_what_to_do() {
        let text = by_hand("mock", "0.1.0");
        for part in ["mock 0.1.0 is a plugin", "plugin_directory", "plugin register -sha256="] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

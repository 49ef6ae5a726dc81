//! `cargo vault-plugin`: checks, packages and runs plugins of Vault and OpenBao.

use std::ffi::OsString;
use std::process::ExitCode;

use cargo_vault_plugin::{Subcommand, terminal};
use clap::Parser;

/// The argument that cargo puts first when it runs this program as its subcommand.
const NAME: &str = "vault-plugin";

/// Checks, packages and runs plugins of HashiCorp Vault and OpenBao.
#[derive(Debug, Parser)]
#[command(name = "cargo vault-plugin", bin_name = "cargo vault-plugin", version)]
struct Arguments {
    #[command(subcommand)]
    subcommand: Subcommand,
}

fn main() -> ExitCode {
    let arguments = without_own_name(std::env::args_os().collect());
    match Arguments::parse_from(arguments).subcommand.run() {
        Ok(code) => code,
        Err(error) => {
            terminal::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Removes the command's own name: `cargo vault-plugin doctor` runs `cargo-vault-plugin
/// vault-plugin doctor`.
fn without_own_name(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|first| first == NAME) {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_by_itself_and_as_a_subcommand_of_cargo() {
        for words in [
            &["cargo-vault-plugin", "doctor", "plugin"][..],
            &["cargo-vault-plugin", "vault-plugin", "doctor", "plugin"],
        ] {
            let arguments = without_own_name(words.iter().map(OsString::from).collect());
            let parsed = Arguments::try_parse_from(arguments).unwrap();
            assert!(matches!(parsed.subcommand, Subcommand::Doctor(_)), "{words:?}");
        }
        // A name that comes later is an argument of its own.
        let words = ["cargo-vault-plugin", "doctor", NAME].map(OsString::from);
        assert_eq!(without_own_name(words.to_vec()), words);
    }
}

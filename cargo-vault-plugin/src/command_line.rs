//! The commands of `bao`, answered by a server's own program or by a host in this process.

use anyhow::Result;

use crate::embedded::Embedded;
use crate::server::{Capability, Cli, Output, Product, pins};

/// What answers commands such as `secrets list`.
pub trait CommandLine {
    /// Returns the program's name: `bao` or `vault`.
    fn name(&self) -> &str;

    /// Runs one command to its end, for example `["secrets", "list"]`.
    ///
    /// # Errors
    /// Fails if it cannot be run. A command that fails is not an error here.
    fn run_command(&self, arguments: &[String]) -> Result<Output>;

    /// Returns whether the server behind it has a capability.
    fn can(&self, capability: Capability) -> bool;

    /// Returns the command as it is typed into a shell.
    fn typed(&self, arguments: &[String]) -> String {
        typed(self.name(), arguments)
    }
}

impl CommandLine for Cli {
    fn name(&self) -> &str {
        Self::name(self)
    }

    fn run_command(&self, arguments: &[String]) -> Result<Output> {
        self.run(arguments)
    }

    fn can(&self, capability: Capability) -> bool {
        self.binary().can(capability)
    }
}

impl CommandLine for Embedded {
    fn name(&self) -> &str {
        "bao"
    }

    fn run_command(&self, arguments: &[String]) -> Result<Output> {
        Ok(self.run(arguments))
    }

    fn can(&self, capability: Capability) -> bool {
        // The host does what the newest OpenBao does.
        capability.is_in(Product::OpenBao, pins::NEWEST)
    }
}

fn typed(program: &str, arguments: &[String]) -> String {
    let mut line = program.to_owned();
    for argument in arguments {
        line.push(' ');
        match argument.split_once('=') {
            Some((name, value)) if value.contains(' ') => {
                line.push_str(&format!("{name}=\"{value}\""));
            }
            _ => line.push_str(argument),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_blanks_are_quoted() {
        let arguments =
            ["write".to_owned(), "mock/test".to_owned(), "message=Hello World".to_owned()];
        assert_eq!(typed("bao", &arguments), "bao write mock/test message=\"Hello World\"");
    }
}

//! The servers that `cargo xtask test` tests with.

use std::path::Path;

use anyhow::Result;

use super::phase::Phases;
use super::{NEWEST_VARIABLE, OLDEST_VARIABLE, PLUGINS_VARIABLE, SERVER_TEST, THREE_WAYS_VARIABLE};
use cargo_vault_plugin::server::{ServerBinary, pins};
use cargo_vault_plugin::terminal::note;

/// The name that the tests on the oldest server have in their path, so that they can be left out.
const OLDEST_MODULE: &str = "on_the_oldest";

/// A server of the newest version, or the one given, and one of the oldest.
#[derive(Debug)]
pub(super) struct Servers {
    newest: ServerBinary,
    oldest: Result<ServerBinary>,
}

impl Servers {
    /// Finds or fetches both.
    ///
    /// # Errors
    /// If the given one is not a server, or there is no newest one.
    pub(super) fn find(given: Option<&Path>) -> Result<Self> {
        let newest = match given {
            Some(path) => ServerBinary::at(path)?,
            None => ServerBinary::pinned(pins::NEWEST)?,
        };
        let oldest = ServerBinary::pinned(pins::OLDEST);
        for server in [Some(&newest), oldest.as_ref().ok()].into_iter().flatten() {
            note(&format!("{:?} {}: {}", server.product, server.version, server.path.display()));
        }
        Ok(Self { newest, oldest })
    }

    /// Returns the variable by which tests that run three ways find the newest one.
    pub(super) fn three_ways(&self) -> (&'static str, String) {
        (THREE_WAYS_VARIABLE, self.newest.path.display().to_string())
    }

    /// Runs the tests on real servers as a phase, on the plugins of a folder or, without one, on
    /// plugins that the tests build themselves.
    pub(super) fn test(&self, phases: &mut Phases, plugins: Option<&Path>, names: &[String]) {
        let mut arguments = vec!["test", "--package", "xtask", "--test", SERVER_TEST];
        let newest = self.newest.path.display().to_string();
        let plugins = plugins.map(|folder| folder.display().to_string());
        let oldest = self.oldest.as_ref().map(|server| server.path.display().to_string());
        let mut variables = vec![(NEWEST_VARIABLE, newest.as_str())];
        variables.extend(plugins.as_deref().map(|folder| (PLUGINS_VARIABLE, folder)));
        match &oldest {
            Ok(oldest) => variables.push((OLDEST_VARIABLE, oldest)),
            Err(error) => {
                let name = format!("tests on OpenBao {}", pins::OLDEST);
                phases.skip(&name, &format!("{error:#}"));
                arguments.extend(["--", "--skip", OLDEST_MODULE]);
            }
        }
        let name = format!("tests on real servers, {} first", self.newest.version);
        phases.tests(&name, &arguments, names, &variables);
    }
}

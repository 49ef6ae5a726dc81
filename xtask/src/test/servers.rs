//! The servers that `cargo xtask test` tests with.

use std::path::Path;
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};

use super::phase::Phases;
use super::{PLUGINS_VARIABLE, SERVER_TEST, THREE_WAYS_VARIABLE};
use crate::vault_source::{self, Priority};
use cargo_vault_plugin::server::{Product, Role, ServerBinary};
use cargo_vault_plugin::terminal::note;

/// Servers, each with its role in the tests, and why one is missing.
#[derive(Debug)]
pub(super) struct Servers {
    servers: Vec<(Role, Result<ServerBinary>)>,
}

/// Returns the roles of a product.
fn roles(product: Product) -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(move |role| role.product() == product)
}

impl Servers {
    /// Finds or fetches every OpenBao.
    ///
    /// # Errors
    /// If the newest can't be fetched.
    pub(super) fn openbao() -> Result<Self> {
        let mut servers: Vec<_> =
            roles(Product::OpenBao).map(|role| (role, ServerBinary::of(role.version()))).collect();
        // Without the newest, tests of other groups can't run either.
        if let Some(error) = servers[0].1.as_mut().err() {
            return Err(std::mem::replace(error, anyhow!("")));
        }
        Ok(Self::shown(servers))
    }

    /// Takes the one given, in the role that its product has.
    ///
    /// # Errors
    /// If it is not a server, or can't be fetched or built.
    pub(super) fn given(path: &Path) -> Result<Self> {
        let server = vault_source::find(path)?;
        let role = match server.product {
            Product::Vault => Role::Vault,
            _ => Role::OpenBao,
        };
        Ok(Self::shown(vec![(role, Ok(server))]))
    }

    fn shown(servers: Vec<(Role, Result<ServerBinary>)>) -> Self {
        for server in servers.iter().filter_map(|(_, server)| server.as_ref().ok()) {
            note(&format!("{:?} {}: {}", server.product, server.version, server.path.display()));
        }
        Self { servers }
    }

    /// Returns the variable by which tests that run three ways find the first one.
    pub(super) fn three_ways(&self) -> Option<(&'static str, String)> {
        let server = self.servers.iter().find_map(|(_, server)| server.as_ref().ok())?;
        Some((THREE_WAYS_VARIABLE, server.path.display().to_string()))
    }

    /// Runs the tests on these servers as a phase, on the plugins of a folder or, without one, on
    /// plugins that the tests build themselves.
    pub(super) fn test(&self, phases: &mut Phases, plugins: Option<&Path>, names: &[String]) {
        let plugins = plugins.map(|folder| folder.display().to_string());
        let mut variables: Vec<(&str, &str)> = Vec::new();
        variables.extend(plugins.as_deref().map(|folder| (PLUGINS_VARIABLE, folder)));
        let mut found: Vec<(Role, String, String)> = Vec::new();
        for (role, server) in &self.servers {
            match server {
                Ok(server) => {
                    let label = format!("{:?} {}", server.product, server.version);
                    found.push((*role, server.path.display().to_string(), label));
                }
                Err(error) => {
                    let name = format!("tests on {}", role.version().name);
                    phases.skip(&name, &format!("{error:#}"));
                }
            }
        }
        if found.is_empty() {
            return;
        }
        variables.extend(found.iter().map(|(role, path, _)| (role.variable(), path.as_str())));
        let others: Vec<_> = Role::ALL
            .into_iter()
            .filter(|role| found.iter().all(|(found, ..)| found != role))
            .map(|role| format!("::{}::", role.module()))
            .collect();
        let mut arguments = vec!["test", "--package", "xtask", "--test", SERVER_TEST, "--"];
        arguments.extend(others.iter().flat_map(|module| ["--skip", module.as_str()]));
        let labels: Vec<_> = found.iter().map(|(_, _, label)| label.as_str()).collect();
        phases.tests(&format!("tests on {}", labels.join(" and ")), &arguments, names, &variables);
    }
}

/// Every Vault of the table, built from source while other phases run.
#[derive(Debug)]
pub(super) struct Builds {
    thread: JoinHandle<Vec<(Role, Result<ServerBinary>)>>,
}

impl Builds {
    /// Starts the builds, one after the other, at a low priority.
    pub(super) fn start() -> Self {
        let build = |role: Role| (role, vault_source::build(role.version(), Priority::Background));
        Self { thread: thread::spawn(move || roles(Product::Vault).map(build).collect()) }
    }

    /// Waits for them.
    ///
    /// # Errors
    /// When the thread panicked.
    pub(super) fn finish(self) -> Result<Servers> {
        if !self.thread.is_finished() {
            note("waiting for the build of Vault, which takes some minutes once");
        }
        let servers = self.thread.join().map_err(|_| anyhow!("the build panicked"))?;
        Ok(Servers::shown(servers))
    }
}

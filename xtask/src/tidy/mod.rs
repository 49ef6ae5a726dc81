//! `cargo xtask tidy`: checks rules about the code that the compiler does not check.

mod bounds;
mod language;
mod layers;
mod module_files;
mod modules;
mod names;
mod packages;
mod places;
mod plugins;
mod profiles;
mod sizes;
mod sources;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use cargo_vault_plugin::terminal::{note, say};
use sources::Sources;

/// Runs the subcommand.
///
/// # Errors
/// Fails if a rule is broken; each breach is printed.
pub fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let sources = Sources::of(&workspace)?;
    let mut breaches = layers::breaches(&workspace);
    breaches.extend(plugins::breaches(&workspace));
    breaches.extend(modules::breaches(&workspace)?);
    breaches.extend(module_files::breaches(&sources));
    breaches.extend(names::breaches(&sources));
    breaches.extend(sizes::breaches(&sources));
    breaches.extend(places::breaches(&workspace.workspace_root)?);
    breaches.extend(bounds::breaches(&workspace.workspace_root)?);
    breaches.extend(profiles::breaches(&workspace.workspace_root)?);
    breaches.extend(packages::breaches(&workspace)?);
    breaches.extend(language::breaches(&workspace.workspace_root)?);
    say(&sizes::report(&sources));
    for breach in &breaches {
        note(breach);
    }
    if breaches.is_empty() {
        return Ok(());
    }
    bail!("{} rules about the code are broken", breaches.len())
}

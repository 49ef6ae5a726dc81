//! `cargo xtask dev`: a server with the plugins of this workspace, and the tutorial's session on
//! it.

use anyhow::Result;
use cargo_vault_plugin::CommandLine;
use cargo_vault_plugin::dev::{self, Session, show};
use cargo_vault_plugin::server::Capability;
use cargo_vault_plugin::terminal::say;

pub use cargo_vault_plugin::dev::Options;

use crate::dist::{BuiltPlugin, of_this_workspace};
use crate::tutorial::{self, Done};
use crate::vault_source;

/// Runs the subcommand.
///
/// # Errors
/// Fails if the plugins cannot be built, the server that was requested does not exist or does not
/// start, or, with `--once`, any answer is not the tutorial's.
pub fn run(options: &Options) -> Result<()> {
    let mut options = options.clone();
    if let Some(given) = &mut options.server {
        *given = vault_source::find(given)?.path;
    }
    let options = &options;
    let packages = of_this_workspace(&options.packages);
    let distribution = cargo_vault_plugin::dist::build(&packages, options.profile())?;
    let plugin = distribution.plugin(tutorial::PACKAGE)?;
    dev::run_session(options, &distribution, &Tutorial { plugin })
}

/// The tutorial's session, shown as a terminal would show it.
#[derive(Debug)]
struct Tutorial<'a> {
    plugin: &'a BuiltPlugin,
}

impl Session for Tutorial<'_> {
    fn play(&self, line: &dyn CommandLine, interrupted: &dyn Fn() -> bool) -> Result<()> {
        let steps = tutorial::session(self.plugin, line.can(Capability::CatalogVersions));
        tutorial::play(line, &steps, show_step, interrupted)?;
        say(&format!("All {} answers are the tutorial's.", steps.len()));
        Ok(())
    }

    fn examples(&self) -> Vec<String> {
        [
            "write mock/hello message=\"Hello World\" count=1",
            "read -format=json mock/hello",
            "list mock",
        ]
        .map(str::to_owned)
        .into()
    }

    fn example_path(&self) -> String {
        "mock/hello".to_owned()
    }
}

fn show_step(done: &Done) {
    show(&done.command, &done.output);
    if done.complaint.is_some() {
        say("  ^ this is not the tutorial's answer\n");
    }
}

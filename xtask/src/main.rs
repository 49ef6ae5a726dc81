//! `cargo xtask`: builds, runs, tests and packages the plugins of this workspace.

use std::process::ExitCode;

use cargo_vault_plugin::{Subcommand, terminal};
use clap::Parser;
use xtask::{bench, codegen, dev, dist, fuzz, public_api, soak, test, tidy};

/// Builds, runs, tests and packages the plugins of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    subcommand: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Compare our plugin with the same one on the Go SDK in one run, and write the report.
    Bench(bench::Options),
    /// Regenerate the Rust code of the protocol from its .proto files.
    Codegen {
        /// Change nothing; fail when the checked-in code is stale.
        #[arg(long)]
        check: bool,
    },
    /// The commands for authors of plugins.
    #[command(flatten)]
    Plugin(Subcommand),
    /// Run one fuzz target with coverage-guided inputs (needs cargo-bolero).
    Fuzz(fuzz::Options),
    /// Write the public API of each library into its public-api.txt.
    PublicApi {
        /// Change nothing; fail when a listing is stale.
        #[arg(long)]
        check: bool,
    },
    /// Send plugins an hour's worth of traffic in minutes, and find lost answers and growing memory.
    Soak(soak::Options),
    /// Run all checks and tests, including those on real servers.
    Test(test::Options),
    /// Check rules that the compiler does not: layers, file sizes, names, language.
    Tidy,
}

fn main() -> ExitCode {
    let success = |()| ExitCode::SUCCESS;
    let result = match Arguments::parse().subcommand {
        Task::Bench(options) => bench::run(&options).map(success),
        Task::Codegen { check } => codegen::run(check).map(success),
        Task::Plugin(Subcommand::Dist(options)) => dist::run(&options).map(success),
        Task::Plugin(Subcommand::Dev(options)) => dev::run(&options).map(success),
        Task::Plugin(other) => other.run(),
        Task::Fuzz(options) => fuzz::run(&options).map(success),
        Task::PublicApi { check } => public_api::run(check).map(success),
        Task::Soak(options) => soak::run(&options).map(success),
        Task::Test(options) => test::run(&options).map(success),
        Task::Tidy => tidy::run().map(success),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

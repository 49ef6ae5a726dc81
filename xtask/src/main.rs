//! `cargo xtask`: builds, runs, tests and packages the plugins of this workspace.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{
    bench, call, check, codegen, dev, dist, doctor, fuzz, public_api, soak, terminal, test, tidy,
};

/// Builds, runs, tests and packages the plugins of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    subcommand: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure our plugin and the same one on the Go SDK in one run, and write the report.
    Bench(bench::Options),
    /// Regenerate the Rust code of the protocol from its .proto files.
    Codegen {
        /// Change nothing; fail when the checked-in code is stale.
        #[arg(long)]
        check: bool,
    },
    /// Build the release plugins into target/dist, with checksums and register commands.
    Dist(dist::Options),
    /// Start a real server with the plugins, show the tutorial's session and stay up.
    Dev(dev::Options),
    /// Try whether a plugin does what servers expect, without a server.
    Check(check::Options),
    /// Send a plugin one request, without a server.
    Call(call::Options),
    /// Tell why a server can't run a plugin, and the line that mends it.
    Doctor(doctor::Options),
    /// Run one fuzz target with inputs that coverage guides (needs cargo-bolero).
    Fuzz(fuzz::Options),
    /// Write the public API of each library into its public-api.txt.
    PublicApi {
        /// Change nothing; fail when a listing is stale.
        #[arg(long)]
        check: bool,
    },
    /// Send plugins an hour's worth of traffic in minutes: nothing may be lost, nothing may grow.
    Soak(soak::Options),
    /// Run all checks and tests, those on real servers included.
    Test(test::Options),
    /// Check the promises that no compiler checks: layers, file sizes, names, language.
    Tidy(tidy::Options),
}

fn main() -> ExitCode {
    let success = |()| ExitCode::SUCCESS;
    let result = match Arguments::parse().subcommand {
        Task::Bench(options) => bench::run(&options).map(success),
        Task::Codegen { check } => codegen::run(check).map(success),
        Task::Dist(options) => dist::run(&options).map(success),
        Task::Dev(options) => dev::run(&options).map(success),
        Task::Check(options) => check::run(&options),
        Task::Call(options) => call::run(&options),
        Task::Doctor(options) => doctor::run(&options).map(success),
        Task::Fuzz(options) => fuzz::run(&options).map(success),
        Task::PublicApi { check } => public_api::run(check).map(success),
        Task::Soak(options) => soak::run(&options).map(success),
        Task::Test(options) => test::run(&options).map(success),
        Task::Tidy(options) => tidy::run(&options).map(success),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

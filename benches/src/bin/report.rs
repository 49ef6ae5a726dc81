//! Measures both plugins in one run and writes the report. `cargo xtask bench` builds what it
//! needs and calls it.

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benches::report::measure::{self, Plan, program_name};
use benches::report::server::Server;
use benches::report::{Result, floor, html, markdown};
use clap::Parser;

/// Measures our plugin and a peer in one run, and writes report.md, report.html and report.json.
#[derive(Debug, Parser)]
struct Arguments {
    /// Our plugin.
    #[arg(long)]
    ours: PathBuf,
    /// The peer: the same engine on another SDK.
    #[arg(long)]
    peer: Option<PathBuf>,
    /// The program `plugin` of this package, built with its feature `threads`, for the phases that
    /// look into our plugin.
    #[arg(long)]
    plugin: Option<PathBuf>,
    /// The folder that the report goes to.
    #[arg(long)]
    out: PathBuf,
    /// How often the phases alternate.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Requests of a phase with 64 in flight.
    #[arg(long, default_value_t = 120_000)]
    requests: usize,
    /// A first look in a minute.
    #[arg(long)]
    quick: bool,
    /// What both were built with, for the report's head.
    #[arg(long, default_value = "")]
    built_with: String,
    /// A real server that has both mounted: its address, such as 127.0.0.1:8200. Its token comes
    /// in the variable BENCH_TOKEN.
    #[arg(long, requires = "server_pid")]
    server: Option<String>,
    /// The server's process.
    #[arg(long)]
    server_pid: Option<u32>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, floor::ARGUMENT, socket, batch] => batch
            .parse()
            .map_err(Into::into)
            .and_then(|batch| floor::echo(Path::new(socket), batch)),
        _ => measure(Arguments::parse()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn measure(arguments: Arguments) -> Result<()> {
    let peer = arguments.peer.as_deref().map(program_name).unwrap_or_default();
    let programs = [program_name(&arguments.ours), peer];
    let server = match (arguments.server, arguments.server_pid) {
        (Some(address), Some(pid)) => {
            let token = std::env::var("BENCH_TOKEN")?;
            Some(Server { address, token, pid, programs })
        }
        _ => None,
    };
    let plan = Plan {
        ours: arguments.ours,
        peer: arguments.peer,
        plugin: arguments.plugin,
        server,
        program: std::env::current_exe()?,
        rounds: if arguments.quick { 2 } else { arguments.rounds },
        requests: if arguments.quick { 12_000 } else { arguments.requests },
        quick: arguments.quick,
    };
    let mut report = measure::run(&plan, say).await?;
    report.built_with = arguments.built_with;
    std::fs::create_dir_all(&arguments.out)?;
    let text = markdown::render(&report);
    std::fs::write(arguments.out.join("report.md"), &text)?;
    std::fs::write(arguments.out.join("report.html"), html::render(&report)?)?;
    std::fs::write(arguments.out.join("report.json"), report.json()?)?;
    let _ = write!(std::io::stdout(), "{text}");
    Ok(())
}

/// Prints progress to stderr, apart from the report.
fn say(what: &str) {
    let _ = writeln!(stderr(), "{what}");
}

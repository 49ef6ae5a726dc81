//! Counts what requests take and compares it with `benches/instructions.json`.
//!
//! ```sh
//! cargo run --profile bench -p benches --bin instructions -- check     # or: update
//! ```

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{Write as _, stderr, stdout};
use std::path::Path;
use std::process::{Command, ExitCode};

use benches::counts::{Baseline, Comparison, Count, count};
use benches::scenarios::{ALL, Scenario};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: instructions check             counts, and fails if more is needed than in the baseline
       instructions update            counts, and makes that the baseline
       instructions run NAME TIMES    what is counted, for a profiler to look at";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["check"] => check(),
        ["update"] => update(),
        ["run", name, times] => run(name, times),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            let _ = writeln!(stderr(), "{error}{source}");
            ExitCode::FAILURE
        }
    }
}

fn run(name: &str, times: &str) -> Result<()> {
    Ok(Scenario::named(name)?.run(times.parse()?)?)
}

fn check() -> Result<()> {
    let baseline = Baseline::read(file())?;
    let target = Baseline::own_target();
    if baseline.target != target {
        let counted = &baseline.target;
        return Err(format!("the baseline is one of {counted}; {target} cannot be compared").into());
    }
    let comparison = Comparison::of(&baseline, &count_all()?);
    write!(stdout(), "{comparison}")?;
    if comparison.holds() {
        return Ok(());
    }
    let compiler = compiler()?;
    let hint = if compiler == baseline.compiler {
        String::new()
    } else {
        format!("\nthe baseline is one of {}, and this is {compiler}", baseline.compiler)
    };
    Err(format!(
        "counts differ from {}\nwhere that is meant: cargo run --profile bench -p benches --bin \
         instructions -- update{hint}",
        file().display()
    )
    .into())
}

fn update() -> Result<()> {
    let counts = count_all()?;
    let baseline = Baseline { target: Baseline::own_target(), compiler: compiler()?, counts };
    // Shown beside the old one, if there is one.
    let before = Baseline::read(file()).unwrap_or_else(|_| baseline.clone());
    write!(stdout(), "{}", Comparison::of(&before, &baseline.counts))?;
    Ok(baseline.write(file())?)
}

fn count_all() -> Result<BTreeMap<String, Count>> {
    if cfg!(debug_assertions) {
        return Err("without optimisation counts say nothing: cargo run --profile bench".into());
    }
    let program = env::current_exe()?;
    let mut counts = BTreeMap::new();
    for scenario in ALL {
        counts.insert(scenario.name.to_owned(), count(&program, *scenario)?);
    }
    Ok(counts)
}

/// Returns the compiler, as it calls itself.
fn compiler() -> Result<String> {
    let name = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let answer = Command::new(name).arg("--version").output()?;
    Ok(String::from_utf8(answer.stdout)?.trim().to_owned())
}

fn file() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json"))
}

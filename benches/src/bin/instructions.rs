//! Counts what requests take and compares it with `benches/instructions.json`.
//!
//! ```sh
//! cargo run --profile bench -p benches --bin instructions -- check     # or: update
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::error::Error;
use std::io::{Write as _, stderr, stdout};
use std::path::Path;
use std::process::{Command, ExitCode};

use benches::counts::{Baseline, Comparison, Count, count};
use benches::scenarios::{ALL, Scenario};
use benches::sizes::{Case, all, measure};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: instructions check             counts, and fails if more is needed than in the baseline
       instructions update            counts, and makes that the baseline
       instructions sizes [PART]      counts bodies of several sizes and shapes (with PART in their
                                      name), and fails where one needs more than a flat one may
       instructions body NAME SIZE    what that counts, for a profiler to look at
       instructions run NAME TIMES    what is counted, for a profiler to look at";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["check"] => check(),
        ["update"] => update(),
        ["sizes"] => sizes(""),
        ["sizes", part] => sizes(part),
        ["body", name, size] => body(name, size),
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

fn body(name: &str, size: &str) -> Result<()> {
    Ok(Case::named(name)?.run(size.parse()?)?)
}

fn sizes(part: &str) -> Result<()> {
    optimised()?;
    let every = all();
    let part_of = |case: &&Case| case.to_string().contains(part);
    // With each body comes the flat one that it is compared with, and what that is compared with.
    let mut names: BTreeSet<String> =
        every.iter().filter(part_of).map(ToString::to_string).collect();
    for _ in 0..2 {
        let named = |case: &&Case| names.contains(&case.to_string());
        let flat: Vec<String> = every.iter().filter(named).map(Case::baseline).collect();
        names.extend(flat);
    }
    if names.is_empty() {
        return Err(format!("no body has `{part}` in its name").into());
    }
    let cases: Vec<Case> =
        every.into_iter().filter(|case| names.contains(&case.to_string())).collect();
    let table = measure(&env::current_exe()?, &cases, |line| {
        let _ = writeln!(stdout(), "{line}");
    })?;
    let beyond = table.beyond();
    if beyond.is_empty() {
        writeln!(stdout(), "{} bodies are within their bounds", table.counted())?;
        return Ok(());
    }
    Err(format!(
        "{} of {} bodies take more than they may; see benches/README.md:\n{}",
        beyond.len(),
        table.counted(),
        beyond.join("\n")
    )
    .into())
}

fn optimised() -> Result<()> {
    if cfg!(debug_assertions) {
        return Err("without optimisation counts say nothing: cargo run --profile bench".into());
    }
    Ok(())
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
    optimised()?;
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

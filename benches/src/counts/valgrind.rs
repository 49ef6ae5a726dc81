//! Running a scenario under valgrind.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::Count;
use crate::scenarios::{Scenario, TURNS};

/// The turns of the two runs of which the difference is taken. What the start and the first turns
/// cost is in both and drops out.
const FEW: u32 = 100;
const MANY: u32 = 600;

/// Has the C library copy and compare memory in the same way on every processor, and without the
/// instructions that repeat themselves, of which valgrind counts each repetition.
const SAME_EVERYWHERE: (&str, &str) =
    ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-ERMS,-FSRM");

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValgrindError {
    /// It is not there.
    #[error(
        "valgrind is not installed, so nothing was counted; it is in the package `valgrind` of \
         Linux distributions"
    )]
    Missing,
    /// It could not be started.
    #[error("valgrind cannot be started")]
    Unstartable(#[source] std::io::Error),
    /// It, or the scenario in it, failed.
    #[error("`{scenario}` failed under valgrind: {output}")]
    Failed {
        /// The scenario.
        scenario: String,
        /// What was written to stderr.
        output: String,
    },
    /// It does not say what it used to say.
    #[error("valgrind gave no figure for `{scenario}`: {output}")]
    NoFigure {
        /// The scenario.
        scenario: String,
        /// What was written to stderr.
        output: String,
    },
}

/// Measures what one turn of a scenario takes. `program` is to run it when called with `run`, the
/// scenario's name and a number of turns.
///
/// # Errors
///
/// Fails if valgrind is missing or fails.
pub fn count(program: &Path, scenario: Scenario) -> Result<Count, ValgrindError> {
    let arguments = |times: u32| ["run".to_owned(), scenario.name.to_owned(), times.to_string()];
    let instructions = |times| instructions(program, TURNS, &arguments(times));
    let memory = |times| {
        let tool = ["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"];
        run(&tool, program, &arguments(times), heap_usage)
    };
    let [few, many] = [instructions(FEW)?, instructions(MANY)?];
    let [(few_blocks, few_bytes), (many_blocks, many_bytes)] = [memory(FEW)?, memory(MANY)?];
    Ok(Count {
        instructions: each(few, many),
        allocations: each(few_blocks, many_blocks),
        allocated_bytes: each(few_bytes, many_bytes),
    })
}

/// Counts the instructions that one run of a program takes in a function, whose name may end in
/// `*`. The second argument is the name of what runs.
///
/// # Errors
///
/// Fails if valgrind is missing or fails.
pub(crate) fn instructions(
    program: &Path,
    function: &str,
    arguments: &[String],
) -> Result<u64, ValgrindError> {
    let only = format!("--toggle-collect={function}");
    let tool = ["--tool=callgrind", "--callgrind-out-file=/dev/null", &only];
    run(&tool, program, arguments, collected)
}

/// Returns the share of one turn, rounded to the nearest.
fn each(few: u64, many: u64) -> u64 {
    let turns = u64::from(MANY - FEW);
    (many.saturating_sub(few) + turns / 2) / turns
}

fn run<T>(
    tool: &[&str],
    program: &Path,
    arguments: &[String],
    figure: fn(&str) -> Option<T>,
) -> Result<T, ValgrindError> {
    let mut command = Command::new("valgrind");
    command.env(SAME_EVERYWHERE.0, SAME_EVERYWHERE.1);
    command.args(tool).arg(program).args(arguments);
    let finished = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => ValgrindError::Missing,
        _ => ValgrindError::Unstartable(error),
    })?;
    let output = String::from_utf8_lossy(&finished.stderr).into_owned();
    let scenario = arguments.get(1).cloned().unwrap_or_default();
    if !finished.status.success() {
        return Err(ValgrindError::Failed { scenario, output });
    }
    figure(&output).ok_or(ValgrindError::NoFigure { scenario, output })
}

/// Parses Callgrind's line `==1== Collected : 257304`.
fn collected(output: &str) -> Option<u64> {
    let count = number(after(output, "Collected :")?)?;
    // Nothing is what it collects when it knows no such function.
    (count > 0).then_some(count)
}

/// Parses Memcheck's line `==1==   total heap usage: 1,230 allocs, 1,229 frees, 74,016 bytes allocated`:
/// blocks and bytes.
fn heap_usage(output: &str) -> Option<(u64, u64)> {
    let mut figures = after(output, "total heap usage:")?.split(", ");
    let blocks = number(figures.next()?)?;
    let bytes = number(figures.find(|figure| figure.contains("bytes"))?)?;
    Some((blocks, bytes))
}

fn after<'a>(output: &'a str, label: &str) -> Option<&'a str> {
    output.lines().find_map(|line| line.split_once(label)).map(|(_, figures)| figures)
}

/// Returns the number that a text starts with, whose digits may be grouped by commas.
fn number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_found() {
        let callgrind = "==7== Events    : Ir\n==7== Collected : 257304\n==7==\n";
        assert_eq!(collected(callgrind), Some(257_304));
        let memcheck = "==7== HEAP SUMMARY:\n\
                        ==7==     in use at exit: 8 bytes in 1 blocks\n\
                        ==7==   total heap usage: 1,230 allocs, 1,229 frees, 74,016 bytes allocated\n";
        assert_eq!(heap_usage(memcheck), Some((1230, 74_016)));
        for neither in
            ["", "==7== Collected : many", "==7== Collected : 0", "total heap usage: 1 allocs"]
        {
            assert_eq!((collected(neither), heap_usage(neither)), (None, None), "{neither}");
        }
    }

    #[test]
    fn only_what_the_turns_cost_counts() {
        let turns = u64::from(MANY - FEW);
        assert_eq!(each(1000, 1000 + 7 * turns), 7);
        assert_eq!(each(1000, 1000 + 7 * turns - 1), 7);
        assert_eq!(each(1000, 999), 0);
    }

    #[test]
    fn a_program_that_fails_is_no_count() {
        let Some(scenario) = crate::scenarios::ALL.first() else { panic!("no scenario") };
        match count(Path::new("/bin/false"), *scenario) {
            Err(ValgrindError::Failed { .. } | ValgrindError::Missing) => {}
            other => panic!("{other:?}"),
        }
    }
}

//! Counting bodies, each size in a process of its own.

use std::path::Path as File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::case::{Case, TURN};
use super::table::{Cost, Table};
use crate::counts::{ValgrindError, instructions};

/// Counts all cases, as many at a time as there are processors. `program` is to run one when called
/// with `body`, the case's name and a size. `show` is given the line of each once it is counted.
///
/// # Errors
///
/// Fails if valgrind is missing or fails, or a body is accepted that should be refused, or the
/// other way round.
pub fn measure(
    program: &File,
    cases: &[Case],
    show: impl Fn(&str) + Sync,
) -> Result<Table, ValgrindError> {
    let table = Mutex::new(Table::default());
    // Flat bodies come first: every other line says how it compares with them.
    let of_type = |case: &&Case| case.is_flat() && !case.is_first();
    let groups: [Vec<&Case>; 3] = [
        cases.iter().filter(|case| case.is_first()).collect(),
        cases.iter().filter(of_type).collect(),
        cases.iter().filter(|case| !case.is_flat()).collect(),
    ];
    for group in groups {
        let next = AtomicUsize::new(0);
        let work = || -> Result<(), ValgrindError> {
            while let Some(case) = group.get(next.fetch_add(1, Ordering::Relaxed)) {
                let cost = cost(program, case)?;
                let mut table = table.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                show(&table.add(cost));
            }
            Ok(())
        };
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
    }
    Ok(table.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

fn cost(program: &File, case: &Case) -> Result<Cost, ValgrindError> {
    let mut counts = Vec::new();
    for &size in case.sizes() {
        let arguments = ["body".to_owned(), case.to_string(), size.to_string()];
        counts.push((size, instructions(program, TURN, &arguments)?));
    }
    Ok(Cost { name: case.to_string(), baseline: case.baseline(), counts })
}

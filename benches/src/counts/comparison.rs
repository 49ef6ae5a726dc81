//! Counts beside those of the baseline.

use std::collections::BTreeMap;
use std::fmt;

use super::{Baseline, Count};

/// By how many percent instructions and bytes may grow unnoticed. Allocations may not grow at all:
/// they repeat to the last one.
const TOLERANCE: u64 = 3;

/// The outcome of one scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Within the tolerance.
    Same,
    /// Takes less than it did.
    Shrank,
    /// Takes more than it may.
    Crept,
    /// Is not in the baseline.
    New,
    /// Is in the baseline alone.
    Gone,
}

/// The counts of all scenarios, each beside its own in the baseline.
#[derive(Clone, Debug)]
pub struct Comparison {
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    name: String,
    before: Option<Count>,
    now: Option<Count>,
}

impl Comparison {
    /// Compares what was counted now with a baseline.
    #[must_use]
    pub fn of(baseline: &Baseline, counts: &BTreeMap<String, Count>) -> Self {
        let names =
            counts.keys().chain(baseline.counts.keys().filter(|name| !counts.contains_key(*name)));
        let row = |name: &String| Row {
            name: name.clone(),
            before: baseline.counts.get(name).copied(),
            now: counts.get(name).copied(),
        };
        Self { rows: names.map(row).collect() }
    }

    /// Returns each scenario with its outcome.
    pub fn verdicts(&self) -> impl Iterator<Item = (&str, Verdict)> {
        self.rows.iter().map(|row| (row.name.as_str(), row.verdict()))
    }

    /// Returns whether nothing crept, and the baseline has the scenarios that there are.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.verdicts().all(|(_, verdict)| matches!(verdict, Verdict::Same | Verdict::Shrank))
    }
}

impl Row {
    fn verdict(&self) -> Verdict {
        let (before, now) = match (self.before, self.now) {
            (None, _) => return Verdict::New,
            (_, None) => return Verdict::Gone,
            (Some(before), Some(now)) => (before, now),
        };
        let crept = exceeds(now.instructions, before.instructions)
            || exceeds(now.allocated_bytes, before.allocated_bytes)
            || now.allocations > before.allocations;
        let shrank = exceeds(before.instructions, now.instructions)
            || exceeds(before.allocated_bytes, now.allocated_bytes)
            || now.allocations < before.allocations;
        match (crept, shrank) {
            (true, _) => Verdict::Crept,
            (false, true) => Verdict::Shrank,
            (false, false) => Verdict::Same,
        }
    }
}

/// Returns whether a count is larger than another by more than the tolerance.
fn exceeds(count: u64, other: u64) -> bool {
    u128::from(count) * 100 > u128::from(other) * u128::from(100 + TOLERANCE)
}

/// A table, with a line a scenario.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default();
        writeln!(f, "{:width$} {:>24} {:>16} {:>18}", "", "instructions", "allocations", "bytes")?;
        for row in &self.rows {
            let column = |of: fn(Count) -> u64| change(row.before.map(of), row.now.map(of));
            writeln!(
                f,
                "{:width$} {:>24} {:>16} {:>18}  {}",
                row.name,
                column(|count| count.instructions),
                column(|count| count.allocations),
                column(|count| count.allocated_bytes),
                row.verdict(),
            )?;
        }
        Ok(())
    }
}

/// Returns the count of now, after the one of before where they differ.
fn change(before: Option<u64>, now: Option<u64>) -> String {
    match (before, now) {
        (Some(before), Some(now)) if before != now => format!("{before} -> {now}"),
        (Some(count), None) | (_, Some(count)) => count.to_string(),
        (None, None) => String::new(),
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "",
            Self::Shrank => "less than before",
            Self::Crept => "MORE THAN BEFORE",
            Self::New => "NOT IN THE BASELINE",
            Self::Gone => "ONLY IN THE BASELINE",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(instructions: u64, allocations: u64, allocated_bytes: u64) -> Count {
        Count { instructions, allocations, allocated_bytes }
    }

    fn compare(before: Option<Count>, now: Option<Count>) -> Comparison {
        let one = |count: Option<Count>| count.map(|count| ("read".to_owned(), count));
        let (target, compiler) = (Baseline::own_target(), "rustc".to_owned());
        let baseline = Baseline { target, compiler, counts: one(before).into_iter().collect() };
        Comparison::of(&baseline, &one(now).into_iter().collect())
    }

    #[test]
    fn what_grows_beyond_the_tolerance_crept() {
        let before = Some(count(1000, 10, 100));
        for (now, expected, holds) in [
            (Some(count(1030, 10, 103)), Verdict::Same, true),
            (Some(count(1031, 10, 100)), Verdict::Crept, false),
            (Some(count(1000, 11, 100)), Verdict::Crept, false),
            (Some(count(1000, 10, 104)), Verdict::Crept, false),
            (Some(count(500, 11, 100)), Verdict::Crept, false),
            (Some(count(1000, 9, 100)), Verdict::Shrank, true),
            (Some(count(970, 10, 100)), Verdict::Shrank, true),
            (None, Verdict::Gone, false),
        ] {
            let comparison = compare(before, now);
            let verdicts: Vec<_> = comparison.verdicts().collect();
            assert_eq!(
                (verdicts, comparison.holds()),
                (vec![("read", expected)], holds),
                "{now:?}"
            );
        }
        assert!(!compare(None, before).holds(), "a scenario without a baseline");
        assert!(compare(None, None).holds());
    }

    #[test]
    fn the_table_tells_before_and_now() {
        let table = compare(Some(count(1000, 10, 100)), Some(count(2000, 10, 100))).to_string();
        assert!(table.contains("1000 -> 2000"), "{table}");
        assert!(table.contains("MORE THAN BEFORE"), "{table}");
    }
}

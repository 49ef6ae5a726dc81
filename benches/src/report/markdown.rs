//! The report as text.

use std::fmt::Write as _;

use super::ratio::Compared;
use super::result::{Cell, Report, Row, Target};

/// Returns the report in Markdown.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, report);
    text
}

fn write(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "# What a request costs, ours and the peer's\n")?;
    writeln!(text, "{}, {}. {}\n", report.date, report.machine, report.built_with)?;
    if let Some(peer) = &report.peer {
        writeln!(text, "The peer: `{peer}`.\n")?;
    }
    if report.quick {
        writeln!(text, "**A short run: for a first look, not for a comparison.**\n")?;
    }
    writeln!(
        text,
        "Medians of {} rounds, the two plugins in turn; the ratio is the median of each round's, \
         with the lowest and the highest. Memory was read after {} requests.\n",
        report.rounds, report.requests_before_memory
    )?;
    writeln!(text, "| | unit | ours | peer | ratio | spread | target | |")?;
    writeln!(text, "|---|---|---:|---:|---:|---|---|---|")?;
    for row in &report.rows {
        let Compared { ours, peer, ratio, spread } = &row.compared;
        let verdict = match verdict(row) {
            "missed" => "**missed**",
            other => other,
        };
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {verdict} |",
            row.title,
            row.unit,
            figure(*ours),
            peer.map(figure).unwrap_or_default(),
            ratio.map(figure).unwrap_or_default(),
            spread
                .map(|(low, high)| format!("{}–{}", figure(low), figure(high)))
                .unwrap_or_default(),
            row.target.map(target).unwrap_or_default(),
        )?;
    }
    for table in &report.tables {
        writeln!(text, "\n## {}\n\n{}\n", table.title, table.about)?;
        writeln!(text, "| {} |", table.head.join(" | "))?;
        writeln!(text, "|---|{}", "---:|".repeat(table.head.len().saturating_sub(1)))?;
        for row in &table.rows {
            writeln!(text, "| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "))?;
        }
    }
    Ok(())
}

/// Returns a field of a table, as text.
#[must_use]
pub fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Figure(value) => figure(*value),
        Cell::Nothing => String::new(),
    }
}

/// Returns whether a row's target is met, in a word; empty where there is none.
#[must_use]
pub fn verdict(row: &Row) -> &'static str {
    match (row.target, row.compared.ratio) {
        (Some(target), Some(ratio)) if target.is_met(ratio) => "met",
        (Some(_), Some(_)) => "missed",
        _ => "",
    }
}

/// Returns what a row's ratio is meant to be.
#[must_use]
pub fn target(target: Target) -> String {
    match target {
        Target::AtLeast(limit) => format!("≥ {limit}"),
        Target::AtMost(limit) => format!("≤ {limit}"),
    }
}

/// Formats with three significant digits.
#[must_use]
pub fn figure(value: f64) -> String {
    let digits: usize = match value.abs() {
        0.0..0.0995 => 3,
        0.0995..9.95 => 2,
        9.95..99.5 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_that_count() {
        for (value, text) in
            [(0.0123, "0.012"), (0.2, "0.20"), (12.34, "12.3"), (123.4, "123"), (54321.0, "54321")]
        {
            assert_eq!(figure(value), text);
        }
    }
}

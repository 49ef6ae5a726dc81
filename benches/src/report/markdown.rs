//! The report as text.

use std::fmt::Write as _;

use super::ratio::Compared;
use super::result::{Report, Target};

/// The report in Markdown.
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
        let verdict = match (row.target, ratio) {
            (Some(target), Some(ratio)) if target.is_met(*ratio) => "met",
            (Some(_), Some(_)) => "**missed**",
            _ => "",
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
    writeln!(text, "\n## Against the floor\n")?;
    writeln!(
        text,
        "Microseconds of CPU at both ends for a request without storage, beside a ping-pong of as \
         many bytes over a Unix socket.\n"
    )?;
    writeln!(text, "| in flight | ping-pong | ours | ours ÷ ping-pong | peer | ping-pong p50 |")?;
    writeln!(text, "|---:|---:|---:|---:|---:|---:|")?;
    for floor in &report.floor {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} µs |",
            floor.in_flight,
            figure(floor.floor),
            figure(floor.ours),
            figure(floor.ours / floor.floor),
            floor.peer.map(figure).unwrap_or_default(),
            figure(floor.floor_p50),
        )?;
    }
    writeln!(text, "\n## By the number of mounts in the process\n")?;
    writeln!(text, "Microseconds of the plugin's CPU for a read, 64 in flight.\n")?;
    writeln!(text, "| mounts | ours | peer |\n|---:|---:|---:|")?;
    for (mounts, ours, peer) in &report.by_mounts {
        let peer = peer.map(figure).unwrap_or_default();
        writeln!(text, "| {mounts} | {} | {peer} |", figure(*ours))?;
    }
    writeln!(text, "\n## Memory under overload\n")?;
    writeln!(text, "| | at the start | highest | at the end |\n|---|---:|---:|---:|")?;
    for curve in &report.overload {
        let memory = || curve.points.iter().map(|(_, megabytes)| *megabytes);
        writeln!(
            text,
            "| {} | {} MB | {} MB | {} MB |",
            curve.title,
            memory().next().map(figure).unwrap_or_default(),
            memory().reduce(f64::max).map(figure).unwrap_or_default(),
            memory().next_back().map(figure).unwrap_or_default(),
        )?;
    }
    Ok(())
}

fn target(target: Target) -> String {
    match target {
        Target::AtLeast(limit) => format!("≥ {limit}"),
        Target::AtMost(limit) => format!("≤ {limit}"),
    }
}

/// Three digits that count.
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

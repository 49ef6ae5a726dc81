//! File sizes: one concern a file keeps them small.

use super::sources::Sources;

/// No file may have more lines.
const MOST_LINES: usize = 600;

/// Returns files that are too long.
pub(super) fn breaches(sources: &Sources) -> Vec<String> {
    let long = sources.files.iter().filter(|source| source.lines > MOST_LINES);
    long.map(|source| {
        format!(
            "{}: {} lines, at most {MOST_LINES}; split it by concern",
            source.path.display(),
            source.lines
        )
    })
    .collect()
}

/// Returns how long the files are, in one line.
pub(super) fn report(sources: &Sources) -> String {
    let mut lines: Vec<_> = sources.files.iter().map(|source| source.lines).collect();
    lines.sort_unstable();
    let at = |percent: usize| {
        let index = (lines.len() * percent / 100).min(lines.len().saturating_sub(1));
        lines.get(index).copied().unwrap_or(0)
    };
    format!(
        "{} Rust files, {} lines; a file has {} in the median, {} at the ninth decile, {} at most",
        lines.len(),
        lines.iter().sum::<usize>(),
        at(50),
        at(90),
        lines.last().copied().unwrap_or(0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::Source;

    #[test]
    fn only_files_over_the_limit_are_refused() {
        let sizes = [10, MOST_LINES, MOST_LINES + 1];
        let files = sizes.map(|lines| Source { path: "a.rs".into(), lines }).into();
        let sources = Sources { files };
        assert_eq!(breaches(&sources).len(), 1);
        assert!(report(&sources).contains("3 Rust files, 1211 lines"), "{}", report(&sources));
    }
}

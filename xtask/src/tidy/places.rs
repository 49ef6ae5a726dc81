//! The files that ARCHITECTURE.md names exist.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The document with the table.
const DOCUMENT: &str = "ARCHITECTURE.md";

/// The heading above the table.
const HEADING: &str = "## Where is …";

/// Finds rows that name a file that does not exist.
///
/// # Errors
/// Fails if the document cannot be read.
pub(super) fn breaches(root: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(root.join(DOCUMENT))
        .with_context(|| format!("cannot read {DOCUMENT}"))?;
    Ok(check(&text, |file| root.join(file).is_file()))
}

fn check(document: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let section = document.split_once(HEADING).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let files: Vec<_> = section.lines().filter_map(file).collect();
    if files.is_empty() {
        return vec![format!("{DOCUMENT} has no table under `{HEADING}`")];
    }
    let gone = files.into_iter().filter(|file| !exists(file));
    gone.map(|file| format!("{DOCUMENT}: there is no file {file}")).collect()
}

/// Returns the file in the last cell of a row.
fn file(row: &str) -> Option<&str> {
    let row = row.strip_prefix('|')?.strip_suffix('|')?;
    let (_, cell) = row.rsplit_once('|')?;
    cell.trim().strip_prefix('`')?.strip_suffix('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_is_found() {
        let text = format!("{HEADING}\n\n| question | file |\n|---|---|\n| a `b` | `a/b.rs` |\n");
        assert!(check(&text, |file| file == "a/b.rs").is_empty());
        assert_eq!(check(&text, |_| false), ["ARCHITECTURE.md: there is no file a/b.rs"]);
        assert_eq!(check("# Else\n| a | `a/b.rs` |", |_| true).len(), 1);
    }
}

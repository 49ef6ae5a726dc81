//! The bounds that SECURITY.md lists exist in the code.
//!
//! A row of its table names a constant by its file, as `` `path/of/file.rs`: `CONSTANT` ``. A table
//! that names what is no longer there would promise a protection that does not exist.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The document with the table.
const DOCUMENT: &str = "SECURITY.md";

/// Returns rows that name a file or a constant that does not exist.
pub(super) fn breaches(root: &Path) -> Result<Vec<String>> {
    let path = root.join(DOCUMENT);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(check(&text, |file| fs::read_to_string(root.join(file)).ok()))
}

fn check(document: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut rows = 0;
    for (file, constant) in document.lines().filter_map(named) {
        rows += 1;
        match read(file) {
            None => breaches.push(format!("{DOCUMENT}: there is no file {file}")),
            Some(source) if !source.contains(&format!("const {constant}:")) => {
                breaches.push(format!("{DOCUMENT}: {file} has no constant {constant}"));
            }
            Some(_) => {}
        }
    }
    if rows == 0 {
        breaches.push(format!("{DOCUMENT} lists no bounds; name each as `FILE.rs`: `CONSTANT`"));
    }
    breaches
}

/// Returns the file and the constant that a line of the table names.
fn named(line: &str) -> Option<(&str, &str)> {
    if !line.starts_with('|') {
        return None;
    }
    let (before, after) = line.split_once(".rs`: `")?;
    let start = before.rfind('`')? + 1;
    let (constant, _) = after.split_once('`')?;
    let file = line.get(start..before.len() + ".rs".len())?;
    Some((file, constant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_name_constants_that_exist() {
        let read = |file: &str| (file == "a/b.rs").then(|| "pub const LIMIT: u32 = 3;".to_owned());
        let row = |file: &str, constant: &str| format!("| x | 3 | `{file}`: `{constant}` | 400 |");
        assert!(check(&row("a/b.rs", "LIMIT"), read).is_empty());
        for (file, constant) in [("a/b.rs", "LIMI"), ("a/b.rs", "OTHER"), ("a/c.rs", "LIMIT")] {
            assert_eq!(check(&row(file, constant), read).len(), 1, "{file} {constant}");
        }
        assert_eq!(check("no table", read).len(), 1);
    }
}

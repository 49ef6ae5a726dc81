//! Plain technical English: words that must not come back, and doc comments that start with a verb.
//!
//! Texts that quote a server are exceptions, which `phrases` lists with their reasons.

mod phrases;
mod summaries;
mod text;
mod verbs;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use phrases::Finding;
use text::Kind;

/// Files whose text is not checked: the checks' own lists, generated code, recorded outputs.
const SKIPPED: [&str; 6] = [
    "xtask/src/tidy/language/",
    "plugin-proto/src/generated/",
    "benches/report/",
    "/corpus/",
    "Cargo.lock",
    "CHANGELOG.md",
];

/// Checks all texts below `root`.
pub(super) fn breaches(root: &Path) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for path in files(root)? {
        let Some(kind) = Kind::of(&path) else { continue };
        let content =
            fs::read_to_string(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
        let findings = phrases::find(&path, &content, kind);
        breaches.extend(findings.into_iter().map(|Finding { line, phrase, instead }| {
            format!("{path}:{line}: \"{phrase}\"; write {instead}")
        }));
        if path.ends_with(".rs") && path.contains("/src/") {
            let summaries = summaries::of(&path, &content);
            let others = summaries.iter().filter(|summary| !summary.starts_with_verb());
            breaches.extend(others.map(|summary| {
                format!("{summary}: start with a verb in the third person, such as \"Returns\"")
            }));
        }
    }
    Ok(breaches)
}

/// Returns the tracked part of the workspace, as paths relative to `root`.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(root: &Path, folder: &str, files: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(root.join(folder))
        .with_context(|| format!("cannot list {}", root.join(folder).display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let path = format!("{folder}{name}");
        if name == "target" || name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            let folder = format!("{path}/");
            if !skipped(&folder) {
                collect(root, &folder, files)?;
            }
        } else if !skipped(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn skipped(path: &str) -> bool {
    SKIPPED.iter().any(|skipped| match skipped.strip_prefix('/') {
        Some(_) => path.contains(skipped),
        None => path.starts_with(skipped),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_code_and_recorded_inputs_are_skipped() {
        assert!(skipped("plugin-proto/src/generated/"));
        assert!(skipped("fuzz/tests/__fuzz__/pattern/corpus/"));
        assert!(!skipped("plugin-runtime/src/lib.rs"));
    }
}

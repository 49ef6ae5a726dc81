//! Plain technical English: words that must not come back, and doc comments that start with a verb.
//!
//! Both checks have a baseline per folder: what was there when the check was added. A baseline only
//! falls.

mod baseline;
mod phrases;
mod summaries;
mod text;
mod verbs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use cargo_vault_plugin::terminal::{note, say};
use phrases::Finding;
use summaries::Summary;
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

/// Checks all texts below `root`. With `offenders`, prints each place, also those within the
/// baseline.
pub(super) fn breaches(root: &Path, offenders: bool) -> Result<Vec<String>> {
    let mut findings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut summaries: BTreeMap<String, Vec<Summary>> = BTreeMap::new();
    for path in files(root)? {
        let Some(kind) = Kind::of(&path) else { continue };
        let content =
            fs::read_to_string(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
        let folder = folder(&path);
        for Finding { line, phrase, instead } in phrases::find(&path, &content, kind) {
            let finding = format!("{path}:{line}: \"{phrase}\"; write {instead}");
            findings.entry(folder.clone()).or_default().push(finding);
        }
        if path.ends_with(".rs") && path.contains("/src/") {
            summaries.entry(folder).or_default().extend(summaries::of(&path, &content));
        }
    }
    let mut breaches = Vec::new();
    for (folder, findings) in &findings {
        let allowed = baseline::phrases(folder);
        let breached = findings.len() > allowed;
        if breached {
            breaches.push(format!(
                "{folder}: {} words or phrases that this project does not use, at most {allowed}",
                findings.len()
            ));
        }
        if breached || offenders {
            findings.iter().for_each(|finding| note(finding));
        }
    }
    for (folder, summaries) in &summaries {
        let wrong: Vec<_> =
            summaries.iter().filter(|summary| !summary.starts_with_verb()).collect();
        let percent = percent(summaries.len() - wrong.len(), summaries.len());
        let required = baseline::verbs(folder);
        say(&format!(
            "{folder}: {percent} % of {} documented functions start with a verb",
            summaries.len()
        ));
        if percent < required {
            breaches.push(format!(
                "{folder}: {percent} % of the documented functions start with a third-person verb, at \
                 least {required} %; `cargo xtask tidy --offenders` lists the others"
            ));
        }
        if offenders {
            wrong.iter().for_each(|summary| note(&summary.to_string()));
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

/// Returns the folder that a baseline is kept for: the crate's, or the root.
fn folder(path: &str) -> String {
    path.split_once('/').map_or(".", |(folder, _)| folder).to_owned()
}

fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(100)
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

    #[test]
    fn a_folder_is_the_crate_or_the_root() {
        assert_eq!(folder("plugin-runtime/src/lib.rs"), "plugin-runtime");
        assert_eq!(folder("README.md"), ".");
    }

    #[test]
    fn percentages_are_rounded_down() {
        assert_eq!(percent(899, 1000), 89);
        assert_eq!(percent(0, 0), 100);
    }
}

//! The profiles that the README tells authors to copy are the ones this workspace is built with.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Returns the lines of the README's profiles that the workspace's manifest lacks.
///
/// # Errors
/// Fails if a file cannot be read, or the README has no profiles.
pub(super) fn breaches(root: &Path) -> Result<Vec<String>> {
    let read = |name: &str| {
        fs::read_to_string(root.join(name)).with_context(|| format!("cannot read {name}"))
    };
    differences(&read("README.md")?, &read("Cargo.toml")?)
}

fn differences(readme: &str, manifest: &str) -> Result<Vec<String>> {
    let Some((_, block)) = readme.split_once("```toml\n") else {
        bail!("README.md has no block of profiles to copy");
    };
    let shown = settings(block.split("```").next().unwrap_or_default());
    let used = settings(manifest);
    let lacking = shown.into_iter().filter(|setting| !used.contains(setting));
    Ok(lacking
        .map(|(table, line)| format!("README.md shows `{line}` in {table}, which Cargo.toml lacks"))
        .collect())
}

/// Returns the settings with the headers of their tables.
fn settings(text: &str) -> Vec<(&str, &str)> {
    let mut table = "";
    let mut settings = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.starts_with('[') {
            true => table = line,
            false => settings.push((table, line)),
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_this_workspace_does_not_use_is_found() {
        let readme = "```toml\n[profile.release]\nlto = true\nstrip = true\n```\n";
        let manifest = "[profile.bench]\nlto = true\n[profile.release]\nstrip = true\n";
        let found = differences(readme, manifest).expect("a block");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`lto = true` in [profile.release]"), "{found:?}");
        assert!(differences("no block", manifest).is_err());
    }
}

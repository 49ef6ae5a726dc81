//! Names that say nothing.
//!
//! A module named `utils` attracts everything and is hard to find; what is in it has a concept,
//! and that is its name.

use super::sources::Sources;

const EMPTY_NAMES: [&str; 7] = ["common", "helper", "helpers", "misc", "shared", "util", "utils"];

/// Returns files and folders with such names.
pub(super) fn breaches(sources: &Sources) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in &sources.files {
        let stem = source.path.with_extension("");
        let parts = stem.iter().filter_map(|part| part.to_str());
        if let Some(name) = parts.into_iter().find(|part| EMPTY_NAMES.contains(part)) {
            breaches.push(format!(
                "{}: the name `{name}` says nothing; name it after the concept in it",
                source.path.display()
            ));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::Source;

    #[test]
    fn files_and_folders_with_empty_names_are_found() {
        let paths = ["a/src/utils.rs", "a/tests/common/mod.rs", "a/src/commonplace.rs"];
        let files = paths.iter().map(|path| Source { path: (*path).into(), lines: 1 }).collect();
        assert_eq!(breaches(&Sources { files }).len(), 2);
    }
}

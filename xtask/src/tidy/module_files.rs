//! One style of module files: a module with files of its own is `name/mod.rs`, not `name.rs`
//! beside `name/`.

use std::collections::HashSet;
use std::path::Path;

use super::sources::Sources;

/// Returns files beside the folder of their module.
///
/// `tests/name.rs` is a crate of its own, and `tests/name/` holds its data. The folder of generated code holds
/// exactly what the generator writes, and is not among the sources.
pub(super) fn breaches(sources: &Sources) -> Vec<String> {
    let folders: HashSet<&Path> =
        sources.files.iter().filter_map(|source| source.path.parent()).collect();
    let mut breaches = Vec::new();
    for source in &sources.files {
        let folder = source.path.with_extension("");
        let of_a_crate = source.path.parent().is_some_and(|parent| parent.ends_with("tests"));
        if folders.contains(folder.as_path()) && !of_a_crate {
            breaches.push(format!(
                "{}: move it to {}/mod.rs, beside the files of its module",
                source.path.display(),
                folder.display()
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
    fn a_module_lies_in_the_folder_of_its_files() {
        let paths = [
            "a/src/one.rs",
            "a/src/one/part.rs",
            "a/src/two/mod.rs",
            "a/src/two/part.rs",
            "a/tests/three.rs",
            "a/tests/three/data.rs",
        ];
        let files = paths.iter().map(|path| Source { path: (*path).into(), lines: 1 }).collect();
        let breaches = breaches(&Sources { files });
        assert_eq!(breaches.len(), 1);
        assert!(breaches[0].starts_with("a/src/one.rs"), "{breaches:?}");
    }
}

//! The plugin folder: only the executables of now, replaced without a moment of absence.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::BuiltPlugin;

/// Puts the executable `from` at `to`, in one step.
///
/// A server may be running the old file: copying over it fails ("Text file busy"), and a half
/// written one must never be seen. So the copy is made beside the folder (a dev server would take a
/// stray file inside for a plugin) and renamed.
pub(super) fn replace_executable(from: &Path, to: &Path) -> Result<()> {
    let beside = to
        .parent()
        .and_then(Path::parent)
        .with_context(|| format!("{} has no folder", to.display()))?;
    let copy = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(beside)
        .with_context(|| format!("creating a file in {}", beside.display()))?
        .into_temp_path();
    // `copy` carries the permissions along.
    fs::copy(from, &copy)
        .with_context(|| format!("copying {} to {}", from.display(), copy.display()))?;
    copy.persist(to).with_context(|| format!("moving the new executable to {}", to.display()))
}

/// Removes what an earlier build left: plugins that were renamed or removed since.
pub(super) fn remove_others(folder: &Path, kept: &[BuiltPlugin]) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry?;
        if kept.iter().any(|built| entry.file_name() == built.plugin.program.as_str()) {
            continue;
        }
        let path = entry.path();
        let removed = if entry.file_type()?.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("removing the stale {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::{Kind, Plugin};

    #[test]
    fn a_file_is_replaced_and_stale_ones_go() {
        let root = tempfile::tempdir().expect("a folder");
        let plugins = root.path().join("plugins");
        fs::create_dir_all(plugins.join("stale-folder")).expect("a folder");
        fs::write(plugins.join("stale"), "x").expect("written");
        fs::write(plugins.join("backend-x"), "old").expect("written");
        fs::write(root.path().join("built"), "new").expect("written");

        replace_executable(&root.path().join("built"), &plugins.join("backend-x")).expect("moved");
        let plugin = Plugin::sample("backend-x", "1.0.0", Kind::Secret, "mock");
        let built = BuiltPlugin { plugin, sha256: String::new(), bytes: 3 };
        remove_others(&plugins, &[built]).expect("cleaned");

        let names: Vec<_> = fs::read_dir(&plugins)
            .expect("listed")
            .map(|e| e.expect("entry").file_name())
            .collect();
        assert_eq!(names, ["backend-x"]);
        assert_eq!(fs::read_to_string(plugins.join("backend-x")).expect("read"), "new");
        assert_eq!(fs::read_dir(root.path()).expect("listed").count(), 2, "no leftover copy");
    }
}

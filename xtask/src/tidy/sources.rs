//! The Rust files of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// All files that people write.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) files: Vec<Source>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the workspace's root.
    pub(super) path: PathBuf,
    pub(super) lines: usize,
}

impl Sources {
    /// Reads the members' folders, without generated code.
    pub(super) fn of(workspace: &Workspace) -> Result<Self> {
        let mut files = Vec::new();
        for package in &workspace.packages {
            for folder in ["src", "tests", "benches", "examples"] {
                collect(&workspace.workspace_root, &package.folder().join(folder), &mut files)?;
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { files })
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<Source>) -> Result<()> {
    if !folder.is_dir() || folder.ends_with("generated") {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let path = path.strip_prefix(root).unwrap_or(&path).to_owned();
            files.push(Source { path, lines: text.lines().count() });
        }
    }
    Ok(())
}

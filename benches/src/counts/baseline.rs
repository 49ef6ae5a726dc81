//! The counts that are checked in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Count;

/// The counts of all scenarios, and what they were counted with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The processor and the system; another's counts cannot be compared.
    pub target: String,
    /// The compiler; another may well give other counts.
    pub compiler: String,
    /// By the scenarios' names.
    pub counts: BTreeMap<String, Count>,
}

/// Why there is no baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not one.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: String,
        /// Why not.
        source: serde_json::Error,
    },
}

impl Baseline {
    /// Returns the target that this program was built for.
    #[must_use]
    pub fn own_target() -> String {
        format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Fails if it is not there or no baseline.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let text = fs::read_to_string(path).map_err(|source| file(path, source))?;
        serde_json::from_str(&text).map_err(|source| json(path, source))
    }

    /// Rewrites the file.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let mut text = serde_json::to_string_pretty(self).map_err(|source| json(path, source))?;
        text.push('\n');
        fs::write(path, text).map_err(|source| file(path, source))
    }
}

fn file(path: &Path, source: std::io::Error) -> BaselineError {
    BaselineError::File { path: path.display().to_string(), source }
}

fn json(path: &Path, source: serde_json::Error) -> BaselineError {
    BaselineError::Json { path: path.display().to_string(), source }
}

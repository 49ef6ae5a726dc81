//! Where cargo has put the executables, by its own messages: settings such as `build.target` decide.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::plugin::Plugin;

/// The executables of one build.
#[derive(Debug, Default)]
pub(super) struct Executables {
    built: Vec<(String, PathBuf)>,
}

/// A message of `cargo build --message-format=json`, as far as it is of interest.
#[derive(Debug, Deserialize)]
struct Message {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Executables {
    /// Reads a line of cargo's output. Messages about anything else are skipped.
    pub(super) fn read(&mut self, line: &str) {
        if let Ok(Message { target, executable: Some(path) }) = serde_json::from_str(line)
            && target.kind.iter().any(|kind| kind == "bin")
        {
            self.built.push((target.name, path));
        }
    }

    /// Returns the executable of a plugin.
    ///
    /// # Errors
    /// Fails if cargo has reported none.
    pub(super) fn of(&self, plugin: &Plugin) -> Result<&Path> {
        let found = self.built.iter().find(|(name, _)| *name == plugin.program);
        found.map(|(_, path)| path.as_path()).with_context(|| {
            format!("cargo built {} but reported no executable {}", plugin.package, plugin.program)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Kind;

    #[test]
    fn only_executables_of_programs_count() {
        let mut executables = Executables::default();
        let lines = [
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"x"},"executable":null}"#,
            r#"{"reason":"compiler-artifact","target":{"kind":["example"],"name":"x"},"executable":"/e"}"#,
            r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"x"},"executable":"/t/x"}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "no JSON",
        ];
        for line in lines {
            executables.read(line);
        }
        let plugin = |name| Plugin::sample(name, "1.0.0", Kind::Secret, "mock");
        assert_eq!(executables.of(&plugin("x")).unwrap(), Path::new("/t/x"));
        let error = executables.of(&plugin("y")).unwrap_err().to_string();
        assert!(error.contains("no executable y"), "{error}");
    }
}

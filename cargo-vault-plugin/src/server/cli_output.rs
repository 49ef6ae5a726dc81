//! What one command of the CLI said.

/// The outcome of one CLI command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// The exit code: 0, or 1 for a mistake in the command, 2 for an answer that is an error.
    pub code: Option<i32>,
    /// What went to stdout.
    pub stdout: String,
    /// What went to stderr.
    pub stderr: String,
}

impl Output {
    /// Returns what a command printed that ended with this exit code.
    pub fn new(code: i32, stdout: impl Into<String>, stderr: impl Into<String>) -> Self {
        Self { code: Some(code), stdout: stdout.into(), stderr: stderr.into() }
    }

    /// Returns whether stdout has a table row with these cells from the left; rows may have more cells.
    ///
    /// The CLI parts columns by two blanks or more.
    #[must_use]
    pub fn has_row(&self, cells: &[&str]) -> bool {
        self.stdout.lines().any(|line| {
            let mut found = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
            cells.iter().all(|cell| found.next() == Some(cell))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_compared_cell_by_cell() {
        let stdout = "Key                 Value\n---                 -----\n\
                      message             Hello World\n";
        let output = Output::new(0, stdout, "");
        assert!(output.has_row(&["message", "Hello World"]));
        assert!(output.has_row(&["message"]));
        assert!(!output.has_row(&["message", "Hello"]));
        assert!(!output.has_row(&["Hello World"]));
        assert!(!output.has_row(&["message", "Hello World", "more"]));
    }
}

//! The one place that writes to the terminal.

use std::io::{self, IsTerminal, Write};

/// Writes one line to stdout: results.
///
/// A closed stdout (`cargo vault-plugin dev | head`) is not a reason to leave a server running, so write
/// errors are ignored.
pub fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Writes one line to stderr: progress and errors.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Returns whether progress bars make sense: stderr is a terminal, so they disturb no log file.
#[must_use]
pub fn shows_bars() -> bool {
    io::stderr().is_terminal()
}

//! What the process prints: on stdout one line, on stderr its log.

use super::finding::{Check, Finding};
use crate::PluginProcess;

/// Checks that nothing follows the handshake line on stdout.
pub(super) fn stdout(process: &PluginProcess) -> Finding {
    let check = Check { name: "quiet on stdout", tried: "stdout after the handshake line" };
    let text = process.stdout();
    if text.trim().is_empty() {
        return check.ok("nothing follows the line");
    }
    check.warning(
        format!("{} bytes follow it", text.len()),
        "discards it, and would take it for the handshake line if it came first",
        "log to stderr, and print nothing",
    )
}

/// Checks the form of the log.
pub(super) fn log(process: &PluginProcess) -> Finding {
    let check = Check { name: "log", tried: "each line on stderr" };
    let lines = process.log().lines();
    let plain = lines.iter().filter(|line| !line.is_structured()).count();
    match (lines.len(), plain) {
        (0, _) => check.skipped("it logged nothing"),
        (count, 0) => check.ok(format!("{count} lines, all in hclog's JSON")),
        (count, plain) => check.warning(
            format!("{plain} of {count} lines are not in hclog's JSON"),
            "logs such lines at the level debug, so that operators do not see them",
            "log JSON lines with @level, @message, @timestamp and @module",
        ),
    }
}

//! Whether the file may be run.

use std::os::unix::fs::MetadataExt as _;

use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "run bit";

pub(super) fn check(program: &Program) -> Finding {
    let mode = program.metadata.mode() & 0o7777;
    let shown = program.shown();
    let finding = |verdict, found: &str| {
        Finding::new(CHECK, format!("mode {mode:04o} of {shown}"), verdict, found)
    };
    let remedy = format!("chmod 755 {shown}");
    match mode & 0o111 {
        0 => finding(Verdict::Failure, "no one may run it")
            .server("says `permission denied` when it starts the plugin")
            .remedy(remedy),
        0o111 => finding(Verdict::Ok, "everybody may run it"),
        0o100 => finding(Verdict::Ok, "its owner may run it, so the server has to be its owner"),
        _ => finding(Verdict::Warning, "some may run it and some may not")
            .server("says `permission denied` when it is not among those who may")
            .remedy(remedy),
    }
}

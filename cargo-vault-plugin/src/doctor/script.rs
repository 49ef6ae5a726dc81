//! The interpreter of a script.

use std::env;
use std::path::Path;

use super::format::Format;
use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "interpreter";

pub(super) fn check(program: &Program) -> Finding {
    let shown = program.shown();
    let Format::Script(line) = &program.format else {
        let found = "only a script has one";
        return Finding::new(CHECK, shown, Verdict::NotChecked, found);
    };
    let looked_at = format!("the first line of {shown}: #!{}", line.escape_debug());
    let finding = |verdict, found: String| Finding::new(CHECK, looked_at.clone(), verdict, found);
    let missing = |found: String| {
        finding(Verdict::Failure, found)
            .server("says `no such file or directory` about the plugin although the file is there")
    };
    if line.ends_with('\r') {
        return missing(
            "the line ends as on Windows, so the name ends in a carriage return".into(),
        )
        .remedy(format!("sed -i 's/\\r$//' {shown}"));
    }
    let mut words = line.split_whitespace();
    let Some(interpreter) = words.next() else {
        return finding(Verdict::Failure, "the line names no interpreter".to_owned())
            .server("says `exec format error` when it starts the plugin")
            .remedy(format!("sed -i '1s|.*|#!/bin/sh|' {shown}"));
    };
    if !Path::new(interpreter).exists() {
        return missing(format!("{interpreter} is not there"))
            .remedy("write the plugin as a program, which needs no interpreter");
    }
    if interpreter.ends_with("/env")
        && let Some(name) = words.find(|word| !word.starts_with('-') && !word.contains('='))
        && !on_path(name)
    {
        return finding(Verdict::Failure, format!("{name} is in no folder of PATH"))
            .server("sees the plugin exit with status 127 before it says anything")
            .remedy(format!("name {name} by its full path in the first line"));
    }
    finding(Verdict::Warning, format!("{interpreter} is there"))
        .server("hashes the script alone: a change of the interpreter changes the plugin unseen")
}

fn on_path(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

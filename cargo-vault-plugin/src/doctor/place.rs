//! The server's rules on where a plugin is and what its file is called.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::program::Program;
use super::report::{Finding, Verdict};

const DIRECTORY: &str = "plugin directory";
const FILE: &str = "place of the file";
const NAME: &str = "name of the file";

/// What a server says about a command that is elsewhere, at the end of a link or of a path.
const OUTSIDE: &str = "says `cannot execute files outside of configured plugin directory` when the \
                       plugin is registered";

pub(super) fn check(program: &Program, directory: Option<&Path>) -> Vec<Finding> {
    let mut findings = vec![name(program)];
    match directory {
        None => {
            let found = "no --plugin-dir was given";
            let shown = program.shown();
            findings.extend(
                [DIRECTORY, FILE]
                    .map(|check| Finding::new(check, &*shown, Verdict::NotChecked, found)),
            );
        }
        Some(directory) => {
            findings.push(directory_itself(directory));
            findings.push(file(program, directory));
        }
    }
    findings
}

fn name(program: &Program) -> Finding {
    let given = program.given.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let finding = |verdict, found: String| Finding::new(NAME, program.shown(), verdict, found);
    let better = given.replace(char::is_whitespace, "-").replace("..", ".");
    let renamed = || format!("mv {:?} {:?}", program.given, program.given.with_file_name(&better));
    if given.contains("..") {
        return finding(Verdict::Failure, format!("`{given}` contains two dots in a row"))
            .server("refuses to register a command that contains `..`")
            .remedy(renamed());
    }
    if given.contains(char::is_whitespace) {
        return finding(Verdict::Failure, format!("`{given}` contains a blank"))
            .server("takes what follows the blank for an argument of the command")
            .remedy(renamed());
    }
    finding(Verdict::Ok, format!("`{given}` can be registered as a command"))
}

fn directory_itself(directory: &Path) -> Finding {
    let shown = directory.display().to_string();
    let finding = |verdict, found: String| Finding::new(DIRECTORY, &*shown, verdict, found);
    if !directory.is_absolute() {
        let absolute =
            fs::canonicalize(directory).unwrap_or_else(|_| Path::new("/").join(directory));
        return finding(Verdict::Warning, "it is a relative path".to_owned())
            .server("takes it relative to the folder that the server was started in")
            .remedy(setting(&absolute));
    }
    let resolved = match fs::canonicalize(directory) {
        Ok(resolved) if resolved.is_dir() => resolved,
        Ok(_) => {
            return finding(Verdict::Failure, "it is not a folder".to_owned())
                .server("finds no plugin in it")
                .remedy(format!("mkdir -p -m 755 {shown}"));
        }
        Err(error) => {
            return finding(Verdict::Failure, format!("it can't be looked at: {error}"))
                .server("fails every registration")
                .remedy(format!("mkdir -p -m 755 {shown}"));
        }
    };
    if resolved != cleaned(directory) {
        let found = format!("it is, or is below, a symbolic link to {}", resolved.display());
        return finding(Verdict::Failure, found).server(OUTSIDE).remedy(setting(&resolved));
    }
    finding(Verdict::Ok, "it is an absolute path without symbolic links".to_owned())
}

fn file(program: &Program, directory: &Path) -> Finding {
    let shown = program.shown();
    let finding = |verdict, found: String| Finding::new(FILE, &*shown, verdict, found);
    let Ok(resolved) = fs::canonicalize(directory) else {
        return finding(Verdict::NotChecked, "the plugin directory is not there".to_owned());
    };
    let folder = program.path.parent().unwrap_or(Path::new("/"));
    let install = format!("install -m 755 {shown} {}/", directory.display());
    if folder == resolved {
        let given = program.given.file_name().unwrap_or_default().to_string_lossy();
        let found = if *given == program.name() {
            "it is directly in the plugin directory".to_owned()
        } else {
            format!("it is a link to {} in the same folder", program.name())
        };
        return finding(Verdict::Ok, found);
    }
    // A bare name is one in the current folder, whose name is empty here.
    let given = program.given.parent().unwrap_or(Path::new("/"));
    let given = fs::canonicalize(Path::new(".").join(given)).ok();
    let found = if given.is_some_and(|given| given == resolved) {
        format!("it is a symbolic link out of the plugin directory, to {}", program.path.display())
    } else if folder.starts_with(&resolved) {
        "it is in a folder below the plugin directory and not in it".to_owned()
    } else {
        "it is not in the plugin directory".to_owned()
    };
    finding(Verdict::Failure, found).server(OUTSIDE).remedy(install)
}

/// Returns the path as a server cleans it: without `.`, and with `..` applied to the text.
fn cleaned(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(cleaned.pop()),
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// Returns the line of the server's configuration.
fn setting(directory: &Path) -> String {
    format!("plugin_directory = {directory:?}")
}

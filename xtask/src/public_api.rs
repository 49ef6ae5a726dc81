//! `cargo xtask public-api`: lists the public API of each library in a file that is checked in.
//!
//! A change of the API then shows in the diff of a commit. The listing comes from rustdoc's JSON,
//! which is unstable: each format is read by one version of the crate `public-api`. Compilers that
//! write another format cannot make the listing.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::workspace::{Package, Workspace, cargo};

/// The version of rustdoc's JSON that the pinned crate `public-api` reads: that of Rust 1.95.
const FORMAT: u32 = 57;

/// The listing's name in the folder of a package.
const LISTING: &str = "public-api.txt";

/// What rustdoc needs to write JSON.
const JSON: [&str; 4] = ["-Z", "unstable-options", "--output-format", "json"];

/// Writes the listings or, with `check`, only compares them.
///
/// # Errors
/// Fails if the compiler writes another format, a library does not compile, and with `check` if a
/// listing is stale.
pub fn run(check: bool) -> Result<()> {
    let workspace = Workspace::load()?;
    if let Some(reason) = unsupported(&workspace)? {
        bail!(reason);
    }
    let mut stale = Vec::new();
    for package in workspace.packages.iter().filter(|package| package.has_public_api()) {
        let wanted = listing(&workspace, package)?;
        let file = package.folder().join(LISTING);
        if !check {
            fs::write(&file, wanted).with_context(|| format!("writing {}", file.display()))?;
            continue;
        }
        let found = fs::read_to_string(&file).unwrap_or_default();
        if let Some(difference) = difference(&found, &wanted) {
            stale.push(format!("{}:\n{difference}", file.display()));
        }
    }
    if !stale.is_empty() {
        bail!(
            "the public API has changed; run `cargo xtask public-api` and commit the listings:\n{}",
            stale.join("\n")
        );
    }
    Ok(())
}

/// Returns why this compiler cannot make the listings, if it cannot.
///
/// # Errors
/// Fails if rustdoc cannot be run.
pub fn unsupported(workspace: &Workspace) -> Result<Option<String>> {
    let folder = tempfile::tempdir().context("creating a folder for rustdoc's output")?;
    let mut child = Command::new(rustdoc(&workspace.target_directory)?)
        .args(["-", "--crate-name", "probe", "--out-dir"])
        .arg(folder.path())
        .args(JSON)
        .stdin(Stdio::piped())
        .spawn()
        .context("rustdoc can't be started")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(b"//! An empty crate.").context("writing to rustdoc")?;
    }
    let status = child.wait().context("waiting for rustdoc")?;
    if !status.success() {
        return Ok(Some(format!("this rustdoc writes no JSON ({status})")));
    }
    let format = format(&folder.path().join("probe.json"))?;
    Ok((format != FORMAT).then(|| {
        format!(
            "this rustdoc writes format {format} of its JSON, and the listings need format {FORMAT}: \
             use Rust 1.95"
        )
    }))
}

fn format(json: &Path) -> Result<u32> {
    #[derive(Deserialize)]
    struct Header {
        format_version: u32,
    }
    let text = fs::read(json).with_context(|| format!("reading {}", json.display()))?;
    let header: Header = serde_json::from_slice(&text).context("reading rustdoc's JSON")?;
    Ok(header.format_version)
}

/// Returns the public items of a library, a line each.
fn listing(workspace: &Workspace, package: &Package) -> Result<String> {
    let mut command = cargo();
    command.args(["rustdoc", "--quiet", "--lib", "--package", &package.name]);
    let features = package.documented_features();
    if !features.is_empty() {
        command.arg("--features").arg(features.join(","));
    }
    let status = command
        .arg("--")
        .args(JSON)
        .args(["--cap-lints", "allow"])
        .env("RUSTDOC", rustdoc(&workspace.target_directory)?)
        .status()
        .context("`cargo rustdoc` can't be started")?;
    if !status.success() {
        bail!("`cargo rustdoc --package {}` failed ({status})", package.name);
    }
    let library = package.library().context("a package with a public API has a library")?;
    let json = workspace.target_directory.join("doc").join(format!("{library}.json"));
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .with_context(|| format!("listing the public API of {}", package.name))?;
    Ok(api.items().map(|item| format!("{item}\n")).collect())
}

/// Returns a rustdoc that accepts unstable options. As a program of its own, so that the variable
/// which allows them makes no build script run again.
fn rustdoc(target: &Path) -> Result<PathBuf> {
    const SCRIPT: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";
    let folder = target.join("public-api");
    let program = folder.join("rustdoc");
    if fs::read_to_string(&program).is_ok_and(|found| found == SCRIPT) {
        return Ok(program);
    }
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    // Not written in place: a process that starts meanwhile would keep the file busy.
    let mut file = tempfile::NamedTempFile::new_in(&folder).context("creating a script")?;
    file.write_all(SCRIPT.as_bytes()).context("writing a script")?;
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o755))?;
    file.into_temp_path().persist(&program).context("naming a script")?;
    Ok(program)
}

/// Returns the lines that differ, with `-` and `+` before them; `None` if there are none.
fn difference(found: &str, wanted: &str) -> Option<String> {
    if found == wanted {
        return None;
    }
    let gone = found.lines().filter(|line| !wanted.lines().any(|other| other == *line));
    let new = wanted.lines().filter(|line| !found.lines().any(|other| other == *line));
    let lines: Vec<_> =
        gone.map(|line| format!("- {line}")).chain(new.map(|line| format!("+ {line}"))).collect();
    Some(if lines.is_empty() { "the order of lines".to_owned() } else { lines.join("\n") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_shown() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "b\nc\n").as_deref(), Some("- a\n+ c"));
        assert_eq!(difference("a\nb\n", "b\na\n").as_deref(), Some("the order of lines"));
    }

    #[test]
    fn plugins_and_tools_have_no_listing() {
        let workspace = Workspace::load().expect("the workspace");
        let listed: Vec<_> =
            workspace.packages.iter().filter(|package| package.has_public_api()).collect();
        assert!(!listed.is_empty());
        for package in listed {
            assert!(!package.name.starts_with("backend-") && package.name != "xtask");
            let file = package.folder().join(LISTING);
            assert!(file.is_file(), "{} is missing: run `cargo xtask public-api`", file.display());
        }
    }
}

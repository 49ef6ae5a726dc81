//! What a package that can be published must contain.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace::{Workspace, cargo};

/// The files that every published package carries.
const REQUIRED: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Packages that lack one of them.
///
/// # Errors
/// Fails if cargo cannot list a package.
pub(super) fn breaches(workspace: &Workspace) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for package in workspace.packages.iter().filter(|package| package.is_published()) {
        breaches.extend(missing(&package.name, &files(&package.name)?));
    }
    Ok(breaches)
}

fn files(package: &str) -> Result<String> {
    let output = cargo()
        .args(["package", "--list", "--allow-dirty", "--offline", "--package", package])
        .output()
        .context("`cargo package` can't be started")?;
    if !output.status.success() {
        bail!(
            "`cargo package --list --package {package}` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn missing(package: &str, listed: &str) -> Vec<String> {
    let has = |name: &str| listed.lines().any(|file| Path::new(file) == Path::new(name));
    let lacking = REQUIRED.iter().filter(|name| !has(name));
    lacking.map(|name| format!("the package {package} lacks {name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_licence_is_found() {
        let listed = "Cargo.toml\nLICENSE-MIT\nREADME.md\nsrc/lib.rs\n";
        assert_eq!(missing("x", listed), ["the package x lacks LICENSE-APACHE"]);
        assert!(missing("x", &format!("{listed}LICENSE-APACHE\n")).is_empty());
    }
}

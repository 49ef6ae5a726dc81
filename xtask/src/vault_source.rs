//! HashiCorp Vault, built from its open-source Go modules, `xtask/vault/VERSION`: each version once
//! into the cache folder that all checkouts of the user share.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_vault_plugin::cache;
use cargo_vault_plugin::command;
use cargo_vault_plugin::dist::sha256_of_file;
use cargo_vault_plugin::server::versions::Source;
use cargo_vault_plugin::server::{ServerBinary, Version};

use crate::go_peer::has_go;
use crate::workspace::root;

/// The files that make a server, besides the modules whose hashes they list.
const FILES: [&str; 3] = ["go.mod", "go.sum", "main.go"];

/// The name of the executable.
const PROGRAM: &str = "vault";

/// How a build uses the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Priority {
    /// The command waits for it.
    Foreground,
    /// Other work goes first, and nothing is shown.
    Background,
}

/// Returns the server that `--server` names: a path, or a row of the table of versions, which is
/// fetched or built when it isn't in the cache.
///
/// # Errors
/// When it is not a server, or can't be fetched or built.
pub fn find(given: &Path) -> Result<ServerBinary> {
    match given.to_str().and_then(Version::named) {
        Some(version) if version.source == Source::GoModule => build(version, Priority::Foreground),
        _ => ServerBinary::find(Some(given), None),
    }
}

/// Returns a Vault of the table of versions, out of the cache or built into it.
///
/// Several processes may ask at once: one builds, the others wait for its lock.
///
/// # Errors
/// When there is no Go, the modules can't be downloaded, or the result is not that version.
pub fn build(version: &Version, priority: Priority) -> Result<ServerBinary> {
    let (name, number) = (version.name, version.version);
    if !has_go() {
        bail!("{name} is built from source, and Go is not installed; see https://go.dev/dl");
    }
    let source = root().join("xtask").join("vault").join(number);
    let builds = cache::folder()?.join("vault");
    fs::create_dir_all(&builds)
        .with_context(|| format!("creating the cache folder {}", builds.display()))?;
    let builds = fs::canonicalize(&builds)?;
    let folder = builds.join(format!("{number}-{}", key(&source)?));
    let program = folder.join(PROGRAM);
    if program.exists() {
        return checked(&program, version);
    }
    let lock = builds.join(format!("{number}.lock"));
    let lock = File::create(&lock).with_context(|| format!("creating {}", lock.display()))?;
    lock.lock().context("waiting for another process that builds the server")?;
    if program.exists() {
        return checked(&program, version);
    }

    let scratch = tempfile::Builder::new()
        .prefix(".build-")
        .tempdir_in(&builds)
        .context("creating a folder for the build")?;
    let unverified = scratch.path().join(PROGRAM);
    let mut go = go(priority);
    go.args(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-v", "-o"])
        .arg(&unverified)
        .arg(".")
        .current_dir(&source)
        // Neither the user's settings nor a workspace around it may change what is built.
        .env("GOFLAGS", "-mod=readonly")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0");
    let label = format!("building {name} from source, once (some minutes)");
    let (succeeded, output) = match priority {
        Priority::Foreground => {
            let finished = command::run_quietly(&label, &mut go)?;
            (finished.status.success(), finished.output)
        }
        Priority::Background => {
            let output = go.output().with_context(|| label.clone())?;
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        }
    };
    if !succeeded {
        let lines: Vec<_> = output.lines().collect();
        bail!("{name} can't be built:\n{}", lines[lines.len().saturating_sub(10)..].join("\n"));
    }
    checked(&unverified, version)?;
    // No other process sees a build before it is complete.
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    fs::rename(&unverified, &program)
        .with_context(|| format!("moving the server to {}", program.display()))?;
    checked(&program, version)
}

/// Returns what a build depends on, in short: its files, and the compiler.
fn key(source: &Path) -> Result<String> {
    let mut all = Vec::new();
    for file in FILES {
        let path = source.join(file);
        let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        all.extend_from_slice(format!("{file} {}\n", text.len()).as_bytes());
        all.extend_from_slice(&text);
    }
    let output = Command::new("go").arg("version").output().context("`go version`")?;
    all.extend_from_slice(&output.stdout);
    let mut file = tempfile::NamedTempFile::new().context("a temporary file")?;
    file.write_all(&all).context("writing a temporary file")?;
    let mut key = sha256_of_file(file.path())?;
    key.truncate(16);
    Ok(key)
}

/// Returns the server at `program` if it says that it is this version.
fn checked(program: &Path, version: &Version) -> Result<ServerBinary> {
    let server = ServerBinary::at(program)?;
    if server.product != version.product || server.version != version.version {
        bail!(
            "{} says it is {:?} {}, not {}; remove it to have it built again",
            program.display(),
            server.product,
            server.version,
            version.name
        );
    }
    Ok(server)
}

/// Creates the command of the Go tool.
fn go(priority: Priority) -> Command {
    let nice = on_path("nice");
    match (priority, nice) {
        (Priority::Background, Some(nice)) => {
            let mut command = Command::new(nice);
            command.args(["-n", "19", "go"]);
            command
        }
        _ => Command::new("go"),
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cargo_vault_plugin::server::versions::VERSIONS;

    #[test]
    fn each_vault_of_the_table_has_its_source() {
        for version in VERSIONS.iter().filter(|version| version.source == Source::GoModule) {
            let source = root().join("xtask/vault").join(version.version);
            let module = fs::read_to_string(source.join("go.mod")).unwrap();
            let line = format!("github.com/hashicorp/vault v{}", version.version);
            assert!(module.contains(&line), "{}", source.display());
            for file in FILES {
                assert!(source.join(file).exists(), "{file} of {}", version.name);
            }
        }
    }

    #[test]
    fn a_changed_file_is_another_build() {
        let folder = tempfile::tempdir().unwrap();
        for file in FILES {
            fs::write(folder.path().join(file), "same").unwrap();
        }
        if !has_go() {
            assert!(key(folder.path()).is_err(), "no compiler, no key");
            return;
        }
        let before = key(folder.path()).unwrap();
        assert_eq!(before, key(folder.path()).unwrap());
        fs::write(folder.path().join("go.sum"), "other").unwrap();
        assert_ne!(before, key(folder.path()).unwrap());
    }

    #[test]
    fn another_server_is_not_taken_for_the_version() {
        let version = Version::named("vault-1.12.0").unwrap();
        assert!(checked(Path::new("/bin/true"), version).is_err());
    }
}

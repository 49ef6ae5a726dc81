//! A plugin whose file has more privileges than its server, for example by `setcap
//! cap_ipc_lock=+ep`: libc then removes TMPDIR from its environment.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::host::certificate::HostCertificate;
use crate::host::line::Line;
use crate::host::process::{Launch, plugin};

/// A user and a group that are not root's.
const OTHER: u32 = 65_534;

/// A copy of the plugin in a folder that the other user can access.
fn copy(folder: &TempDir) -> PathBuf {
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let file = folder.path().join("plugin-with-rights");
    fs::copy(plugin(), &file).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    file
}

fn setcap(file: &Path) -> std::io::Result<Output> {
    Command::new("setcap").arg("cap_ipc_lock=+ep").arg(file).output()
}

/// How a file gets more privileges, by name.
type Way = (&'static str, fn(&Path));

/// The two ways that a test can use; only root can.
fn ways() -> Vec<Way> {
    if !nix::unistd::geteuid().is_root() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!ci, "run these tests as root: no other user can give a file more rights");
        let _ =
            writeln!(std::io::stderr(), "plugins in secure mode are not tried: this is not root");
        return Vec::new();
    }
    let mut ways: Vec<Way> = vec![("set-group-ID", |file| {
        chown(file, None, Some(1)).unwrap();
        fs::set_permissions(file, Permissions::from_mode(0o2755)).unwrap();
    })];
    let folder = TempDir::new().unwrap();
    match setcap(&copy(&folder)) {
        Ok(output) if output.status.success() => {
            ways.push(("a file capability", |file| {
                assert!(setcap(file).unwrap().status.success());
            }));
        }
        found => {
            let _ = writeln!(std::io::stderr(), "file capabilities are not tried: {found:?}");
        }
    }
    ways
}

#[tokio::test]
async fn the_servers_directory_is_used() {
    let certificate = HostCertificate::generate();
    for (way, give) in ways() {
        let folder = TempDir::new().unwrap();
        let file = copy(&folder);
        give(&file);
        let launch = Launch::by_server(&certificate).env("BAO_PLUGIN_MLOCK_ENABLED", "false");
        let process = launch.through(&file, &[]).run_by(OTHER).start();
        let line = Line::parse(&process.line().await);
        assert_eq!(Path::new(&line.address).parent(), Some(process.directory()), "{way}");
        // Its user's debuggers still cannot attach, and it leaves no core dump.
        let owner = fs::metadata(format!("/proc/{}/environ", process.id)).unwrap();
        assert_eq!(std::os::unix::fs::MetadataExt::uid(&owner), 0, "{way}");
        process.signal(nix::sys::signal::Signal::SIGTERM);
        let remains = process.left().await;
        assert_eq!((remains.status.code(), remains.sockets().len()), (Some(0), 0), "{remains:?}");
        assert!(!remains.stderr.contains("\"warn\""), "{}", remains.stderr);
    }
}

#[tokio::test]
async fn an_error_names_the_servers_directory() {
    let certificate = HostCertificate::generate();
    for (way, give) in ways() {
        let folder = TempDir::new().unwrap();
        let file = copy(&folder);
        give(&file);
        let launch = Launch::by_server(&certificate).through(&file, &[]).run_by(OTHER);
        let remains = launch.env("TMPDIR", "/nowhere/at/all").start().left().await;
        let text = &remains.stderr;
        assert!(text.contains("set TMPDIR") && text.contains("/nowhere/at/all"), "{way}: {text}");
    }
}

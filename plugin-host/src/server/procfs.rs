//! What Linux tells about processes: whose they are, how many files and threads they have.

use std::fs;
use std::path::{Path, PathBuf};

use super::ServerError;

/// Returns the processes whose environment holds `NAME=value`, in no particular order.
///
/// Unlike the parent's id, the environment stays when the parent dies and another process adopts
/// the child. A process that has ended but wasn't waited for has no environment any more.
///
/// # Errors
///
/// Where there is no `/proc`.
pub fn with_environment(variable: &str) -> Result<Vec<u32>, ServerError> {
    let holds = |environment: &[u8]| {
        environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
    };
    with("environ", holds)
}

/// Returns the processes whose command line holds `text`, which every user of the machine can read.
///
/// # Errors
///
/// Where there is no `/proc`.
pub fn with_command_line(text: &str) -> Result<Vec<u32>, ServerError> {
    with("cmdline", |line| String::from_utf8_lossy(line).contains(text))
}

/// Returns the processes whose file of this name in `/proc` fulfils a condition.
fn with(file: &str, holds: impl Fn(&[u8]) -> bool) -> Result<Vec<u32>, ServerError> {
    let entries = fs::read_dir("/proc")
        .map_err(ServerError::io("listing processes, for which Linux has /proc"))?;
    Ok(entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read(format!("/proc/{pid}/{file}")).is_ok_and(|read| holds(&read)))
        .collect())
}

/// Returns whether the process exists and has not ended.
#[must_use]
pub fn is_alive(pid: u32) -> bool {
    status_field(pid, "State").is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// Returns the parent's id.
#[must_use]
pub fn parent(pid: u32) -> Option<u32> {
    status_field(pid, "PPid")?.parse().ok()
}

/// Returns the number of threads.
#[must_use]
pub fn threads(pid: u32) -> Option<usize> {
    status_field(pid, "Threads")?.parse().ok()
}

/// Returns the resident memory, in bytes.
#[must_use]
pub fn resident_bytes(pid: u32) -> Option<u64> {
    let kibibytes: u64 = status_field(pid, "VmRSS")?.split(' ').next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Returns the number of open files, sockets included.
#[must_use]
pub fn open_files(pid: u32) -> Option<usize> {
    fs::read_dir(format!("/proc/{pid}/fd")).ok().map(Iterator::count)
}

/// Returns the paths of the Unix sockets that the process itself is bound to.
#[must_use]
pub fn bound_sockets(pid: u32) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let own: Vec<_> = files
        .flatten()
        .filter_map(|file| fs::read_link(file.path()).ok())
        .filter_map(|link| {
            Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned())
        })
        .collect();
    let table = fs::read_to_string("/proc/net/unix").unwrap_or_default();
    // Columns: number, reference count, protocol, flags, type, state, inode, path.
    let mut paths: Vec<_> = table
        .lines()
        .filter_map(|line| {
            let mut columns = line.split_whitespace().skip(6);
            let inode = columns.next()?;
            let path = columns.next()?;
            own.iter().any(|own| own == inode).then(|| PathBuf::from(path))
        })
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Returns the program it runs, by the name of its file.
#[must_use]
pub fn program(pid: u32) -> Option<String> {
    let path = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    Some(Path::new(&path).file_name()?.to_string_lossy().into_owned())
}

fn status_field(pid: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::process::{self, Command};

    #[test]
    fn the_sockets_a_process_listens_at_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        assert!(bound_sockets(process::id()).contains(&path));
        drop(listener);
        assert!(!bound_sockets(process::id()).contains(&path));
    }

    #[test]
    fn a_process_is_found_by_its_environment_until_it_ends() {
        let mark = format!("PROCFS_TEST_MARK={}", process::id());
        let (name, value) = mark.split_once('=').unwrap();
        let mut child = Command::new("sleep").arg("60").env(name, value).spawn().unwrap();
        // A child has no environment yet while it is becoming another program.
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while with_environment(&mark).unwrap() != [child.id()] {
            assert!(std::time::Instant::now() < patience, "never found");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(is_alive(child.id()));
        assert_eq!(parent(child.id()), Some(process::id()));
        assert_eq!(threads(child.id()), Some(1));
        assert!(open_files(child.id()).is_some_and(|count| count >= 1));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(with_environment(&mark).unwrap(), [0; 0]);
        assert!(!is_alive(child.id()));
    }
}

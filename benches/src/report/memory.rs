//! The memory and the size of a process.

use std::fs;

use super::Result;

/// Returns the resident memory of a process, in bytes.
///
/// # Errors
/// Fails if there is no such process.
pub fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kibibytes.parse::<u64>()? * 1024)
}

/// Returns the children of a process, by the names of their programs.
///
/// # Errors
/// Fails if the processes cannot be listed.
pub fn children(parent: u32) -> Result<Vec<(u32, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(path.join("stat")) else { continue };
        let ppid = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
        if ppid.and_then(|ppid| ppid.parse::<u32>().ok()) == Some(parent) {
            let program = fs::read_link(path.join("exe")).unwrap_or_default();
            let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((pid, name));
        }
    }
    Ok(found)
}

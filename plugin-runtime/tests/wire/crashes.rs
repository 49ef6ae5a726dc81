//! Crashes that no code survives: what the server's log says about them.
#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt as _;

use serde_json::Value;

use crate::host::Host;
use crate::host::mount::request;

/// The lines that a server logs at ERROR, by its rules: its own JSON lines with that level, and the
/// first line of a crash report of Go with the lines that follow.
fn errors(log: &str) -> Vec<&str> {
    let mut crashed = false;
    log.lines()
        .filter(|line| match serde_json::from_str::<Value>(line) {
            Ok(line) => line["@level"] == "error",
            Err(_) => {
                crashed |= line.starts_with("panic: ") || line.starts_with("fatal error: ");
                crashed
            }
        })
        .collect()
}

#[tokio::test]
async fn a_stack_overflow_is_an_error_that_names_itself() {
    // With several threads, all threads for requests, and all for blocking work, have the same
    // name.
    let several = cfg!(feature = "multi-thread");
    let requests = if several { "plugin-blocking" } else { "plugin-requests" };
    for (path, thread) in [("overflow", requests), ("blocking-overflow", "plugin-blocking")] {
        let host = Host::start().await;
        let mount = host.mount("mount").await;
        let reply = mount.send(request("read", path, &Value::Null)).await;
        assert!(reply.is_err(), "{reply:?}");
        let remains = host.process.left().await;
        assert_eq!(remains.status.signal(), Some(6), "{path}: {remains:?}");
        let errors = errors(&remains.stderr);
        let reason = format!("fatal error: the thread '{thread}' ");
        let named = errors
            .iter()
            .any(|line| line.starts_with(&reason) && line.ends_with("has overflowed its stack"));
        assert!(named, "{path}: {errors:?} of {}", remains.stderr);
    }
}

#[tokio::test]
async fn the_system_shows_short_names_of_threads() {
    let host = Host::start().await;
    let tasks = std::fs::read_dir(format!("/proc/{}/task", host.process.id)).unwrap();
    let names: Vec<String> = tasks
        .map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap())
        .collect();
    assert!(names.contains(&"plugin-requests\n".to_owned()), "{names:?}");
    assert!(names.iter().all(|name| name.trim_end().lines().count() == 1), "{names:?}");
}

/// The standard library prints this before it aborts, and stable Rust has no hook there. A server
/// does not take the line for an error: only a plugin's own allocator could change that.
#[tokio::test]
async fn a_failed_allocation_names_its_size() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    let reply = mount.send(request("read", "allocate", &Value::Null)).await;
    assert!(reply.is_err(), "{reply:?}");
    let remains = host.process.left().await;
    assert_eq!(remains.status.signal(), Some(6), "{remains:?}");
    let size = isize::MAX.to_string();
    let reason = remains.stderr.lines().find(|line| line.contains(&size));
    assert!(reason.is_some_and(|line| line.starts_with("memory allocation of ")), "{remains:?}");
}

//! Which bytes a plugin's process runs.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};

use plugin_host::{Checksum, LaunchError, PluginProcess};

use crate::scratch::Scratch;

fn program(process: &PluginProcess) -> PathBuf {
    std::fs::read_link(format!("/proc/{}/exe", process.pid())).unwrap()
}

#[tokio::test]
async fn a_checked_plugin_runs_from_memory_that_the_file_can_not_change() {
    let scratch = Scratch::new();
    let path = scratch.example("go_mock", "mock");
    let sum = Checksum::of_file(&path).unwrap();
    let launch = scratch.launch(&path).checksum(sum);
    let first = launch.clone().start().await.unwrap();
    assert_eq!(program(&first), Path::new("/memfd:mock (deleted)"));
    // Linux refuses to write to a file that runs. This one does not.
    let other = scratch.script("other", "exit 0");
    std::fs::copy(&other, &path).unwrap();
    assert!(first.supports_multiplexing().await.unwrap());
    let error = launch.start().await.unwrap_err();
    assert!(matches!(error, LaunchError::Checksum { .. }), "{error}");
    assert!(first.shut_down().await == plugin_host::Left::Gracefully(first.exited().await));
    scratch.is_clean().await;
}

#[tokio::test]
async fn what_is_to_run_in_place_and_what_has_no_checksum_runs_from_its_file() {
    let scratch = Scratch::new();
    let path = scratch.example("go_mock", "mock");
    let sum = Checksum::of_file(&path).unwrap();
    let file = std::fs::canonicalize(&path).unwrap();
    for launch in [
        scratch.launch(&path),
        scratch.launch(&path).checksum(sum).execute_in_place(),
        scratch.launch(&path).execute_in_place(),
    ] {
        let process = launch.start().await.unwrap();
        assert_eq!(program(&process), file);
        process.shut_down().await;
    }
    scratch.is_clean().await;
}

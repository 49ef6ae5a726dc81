//! `cargo xtask dev --embedded`: the tutorial's session without a server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what serves the tests is test code too"
)]

use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use cargo_vault_plugin::embedded::Embedded;
use xtask::dist::{self, Distribution, Profile};
use xtask::tutorial;

/// The plugins of this workspace, built once.
fn distribution() -> &'static Distribution {
    static BUILT: OnceLock<Distribution> = OnceLock::new();
    BUILT.get_or_init(|| dist::build(Profile::Debug).expect("the plugins"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn dev(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["dev", "--debug-build"]).args(words).stdin(Stdio::null());
    command
}

#[test]
fn the_answers_are_the_tutorials() {
    let distribution = distribution();
    let session = tutorial::session(distribution.plugin(tutorial::PACKAGE).unwrap(), true);
    let embedded = Embedded::new(&distribution.plugin_directory).unwrap();
    let mut commands = 0;
    tutorial::play(&embedded, &session, |_| commands += 1, || false).unwrap();
    assert_eq!(commands, session.len());
    assert_eq!(embedded.processes(), 1);
    let unknown = embedded.run(&["operator".to_owned(), "seal".to_owned()]);
    assert_eq!(unknown.code, Some(1));
    embedded.stop();
}

#[test]
fn a_wrong_answer_is_a_complaint() {
    let distribution = distribution();
    let session = tutorial::session(distribution.plugin(tutorial::PACKAGE).unwrap(), true);
    let embedded = Embedded::new(&distribution.plugin_directory).unwrap();
    // Without the commands that register and mount the plugin nothing is as it should be.
    let error = tutorial::play(&embedded, &session[2..], |_| (), || false).unwrap_err();
    assert!(error.to_string().contains("answers are not the tutorial's"), "{error}");
    embedded.stop();
}

#[test]
fn the_command_plays_it_once() {
    distribution();
    let output = dev(&["--embedded", "--once"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in ["$ bao read mock/test\n", "message    Hello World", "All 12 answers"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn the_command_goes_on_without_a_server_and_says_so() {
    distribution();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    // Neither a server on the PATH nor a Python to fetch one with; cargo is called by its path.
    let mut command = dev(&["--once"]);
    let output = command
        .env("CARGO_VAULT_PLUGIN_CACHE", folder.path())
        .env("PATH", path_without_servers(folder.path()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("no server is available"), "{}", stderr(&output));
    assert!(stdout(&output).contains("All 12 answers"), "{}", stdout(&output));
}

/// A folder with nothing but what a build needs.
fn path_without_servers(folder: &std::path::Path) -> std::path::PathBuf {
    let wanted = ["cargo", "rustc", "cc", "ld", "as"];
    let path = std::env::var_os("PATH").unwrap();
    let bin = folder.join("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in wanted {
        if let Some(found) =
            std::env::split_paths(&path).map(|dir| dir.join(name)).find(|it| it.exists())
        {
            std::os::unix::fs::symlink(found, bin.join(name)).unwrap();
        }
    }
    bin
}

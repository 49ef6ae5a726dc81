//! `cargo vault-plugin dev --embedded`, with the plugins of this workspace.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::run::{MANIFEST, command, distribution, stderr, stdout};

fn dev(words: &[&str]) -> Command {
    distribution();
    let mut command = command();
    // As cargo runs it.
    command.args([
        "vault-plugin",
        "dev",
        "--debug-build",
        "--embedded",
        "--manifest-path",
        MANIFEST,
    ]);
    command.args(words);
    command
}

#[test]
fn every_plugin_is_registered_and_enabled() {
    let output = dev(&["--once"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    for part in [
        "$ bao plugin register -sha256=",
        "Success! Enabled the mock secrets engine at: mock/",
        "Success! Enabled auth-mock auth method at: auth-mock/",
    ] {
        assert!(stdout(&output).contains(part), "{part} in {}", stdout(&output));
    }
}

#[test]
fn commands_are_taken_until_the_input_ends() {
    let mut child = dev(&[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"write mock/x text='by hand'\nbao read mock/x\n").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    for part in ["path-help mock/", "text    by hand"] {
        assert!(stdout(&output).contains(part), "{part} in {}", stdout(&output));
    }
}

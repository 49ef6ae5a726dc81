//! `cargo vault-plugin check`.

use cargo_vault_plugin::doctor::{Report, Verdict};

use crate::run::{banner, plugin, run, stderr, stdout};

#[test]
fn the_plugins_of_this_workspace_pass() {
    for package in ["backend-kv-mock", "backend-auth-mock"] {
        let output = run(&["check", "--json"], &plugin(package));
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        let report: Report = serde_json::from_slice(&output.stdout).unwrap();
        assert!(report.count(Verdict::Ok) >= 30, "{}", report.text());
    }
}

#[test]
fn writes_of_the_callers_are_tried() {
    let words = ["check", "--json", "--write", "notes/a", "text=hello there"];
    let output = run(&words, &plugin("backend-kv-mock"));
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report.text().contains("it takes writes to notes/a"), "{}", report.text());
    assert_eq!(output.status.code(), Some(0));

    let output = run(&["check", "--write", "text=hello"], &plugin("backend-kv-mock"));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("a path comes first"), "{}", stderr(&output));
}

#[test]
fn warnings_and_failures_have_exit_codes_of_their_own() {
    let output = run(&["check", "--write", "a/"], &plugin("backend-kv-mock"));
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    let (_folder, path) = banner();
    let output = run(&["check"], &path);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for part in ["FAILURE", "handshake", "Unrecognized remote plugin message", "fix it"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

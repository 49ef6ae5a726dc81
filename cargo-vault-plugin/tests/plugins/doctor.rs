//! The half of `cargo vault-plugin doctor` that starts the plugin.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use cargo_vault_plugin::doctor::{Report, Verdict};

use crate::run::{banner, plugin, run, stderr, stdout};

#[test]
fn a_good_plugin_starts_in_every_mode() {
    let path = plugin("backend-kv-mock");
    let folder = path.parent().unwrap().to_str().unwrap();
    let output = run(&["doctor", "--plugin-dir", folder, "--json"], &path);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    for check in [
        "started by hand",
        "time to start",
        "TLS",
        "handshake without TLS",
        "handshake with versions 3 and 4",
        "handshake with broker multiplexing",
        "quiet on stdout",
        "leaves when told to",
    ] {
        let found = report.findings.iter().find(|finding| finding.check == check);
        assert_eq!(found.map(|finding| finding.verdict), Some(Verdict::Ok), "{check}: {found:?}");
    }
}

#[test]
fn a_program_that_is_no_plugin_fails_with_the_servers_words() {
    let (_folder, path) = banner();
    let output = run(&["doctor"], &path);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for part in ["Unrecognized remote plugin message", "log to stderr"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn what_is_wrong_as_a_file_is_not_started() {
    let (_folder, path) = banner();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let output = run(&["doctor", "--json"], &path);
    assert_eq!(output.status.code(), Some(1));
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    let last = report.findings.last().unwrap();
    assert_eq!((last.check.as_str(), last.verdict), ("start", Verdict::NotChecked));
}

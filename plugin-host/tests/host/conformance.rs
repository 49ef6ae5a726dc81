//! The checks of the conformance kit, on plugins that are right and on some that are not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use plugin_host::{Conformance, Finding, Launch, Verdict};
use serde_json::json;

use crate::tutorial::example;

fn failures(findings: &[Finding]) -> Vec<&str> {
    let failed = findings.iter().filter(|finding| finding.verdict > Verdict::NotChecked);
    failed.map(|finding| finding.check.as_str()).collect()
}

fn find<'a>(findings: &'a [Finding], check: &str) -> &'a Finding {
    let found = findings.iter().find(|finding| finding.check == check);
    found.unwrap_or_else(|| panic!("no {check} in {findings:#?}"))
}

/// Written where files may be run.
fn script(name: &str, lines: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_plugin_with_leases_passes_every_check() {
    let findings = Conformance::of_file(example("leased")).run().await;
    assert!(failures(&findings).is_empty(), "{findings:#?}");
    for check in [
        "started by hand",
        "TLS",
        "multiplexing",
        "probed without storage",
        "type",
        "version",
        "mount",
        "requests to try with",
        "special paths",
        "no storage in Setup",
        "two mounts in one process",
        "unknown instance",
        "Cleanup twice",
        "request after Cleanup",
        "rollback tick",
        "renewal",
        "revocation twice",
        "list",
        "delete",
        "unknown path",
        "unsupported operation",
        "bad input",
        "read-only storage",
        "failing storage",
        "cancelled request",
        "late request",
        "quiet on stdout",
        "log",
        "leaves when told to",
        "removes its socket",
        "leaves when orphaned",
        "no secrets in the log",
    ] {
        assert_eq!(find(&findings, check).verdict, Verdict::Ok, "{:?}", find(&findings, check));
    }
}

#[tokio::test]
async fn the_other_examples_pass_as_well() {
    for name in ["secrets_engine", "auth_method", "canonical"] {
        let findings = Conformance::of_file(example(name)).run().await;
        assert!(failures(&findings).is_empty(), "{name}: {findings:#?}");
    }
}

#[tokio::test]
async fn a_request_that_ends_the_process_is_named() {
    let findings = Conformance::of_file(example("go_mock")).run().await;
    assert_eq!(failures(&findings), ["reads"]);
    assert!(find(&findings, "reads").found.contains("errors/kill"), "{findings:#?}");
    assert_eq!(find(&findings, "existence check").verdict, Verdict::Ok);
}

#[tokio::test]
async fn what_is_wrong_on_purpose_is_found_and_comes_with_a_remedy() {
    let findings = Conformance::of_file(example("wrong_on_purpose")).run().await;
    for (check, verdict) in [
        ("existence check", Verdict::Failure),
        ("two mounts in one process", Verdict::Failure),
        ("rollback tick", Verdict::Warning),
        ("revocation twice", Verdict::Failure),
        ("list", Verdict::Warning),
        ("delete", Verdict::Failure),
        ("unknown path", Verdict::Warning),
        ("unsupported operation", Verdict::Failure),
        ("bad input", Verdict::Failure),
        ("read-only storage", Verdict::Failure),
        ("failing storage", Verdict::Failure),
        ("quiet on stdout", Verdict::Warning),
        ("log", Verdict::Warning),
        ("no secrets in the log", Verdict::Failure),
        // These are right even here.
        ("Cleanup twice", Verdict::Ok),
        ("leaves when told to", Verdict::Ok),
        ("special paths", Verdict::Ok),
    ] {
        let finding = find(&findings, check);
        assert_eq!(finding.verdict, verdict, "{finding:#?}");
        if verdict != Verdict::Ok {
            assert!(finding.server.is_some() && finding.remedy.is_some(), "{finding:#?}");
        }
    }
}

#[tokio::test]
async fn a_callers_writes_take_the_place_of_made_up_ones() {
    let secret = "correct horse battery";
    let check = Conformance::of_file(example("wrong_on_purpose"));
    let findings = check.write("item/mine", json!({ "text": secret })).run().await;
    let samples = find(&findings, "requests to try with");
    assert_eq!(
        (samples.verdict, samples.found.as_str()),
        (Verdict::Ok, "it takes writes to item/mine")
    );
    assert_eq!(find(&findings, "no secrets in the log").verdict, Verdict::Failure);
    assert!(!format!("{findings:?}").contains(secret), "the findings show what was written");

    let check = Conformance::of_file(example("leased"));
    let findings = check.write("nowhere", json!({ "a": "b" })).run().await;
    let samples = find(&findings, "requests to try with");
    assert_eq!(samples.verdict, Verdict::Warning, "{samples:?}");
}

#[tokio::test]
async fn programs_that_are_no_plugins_are_told_apart() {
    let cases = [
        ("banner", "echo Welcome", "started by hand", "prints on stdout", "handshake"),
        ("silent", "exit 0", "started by hand", "instead of code 1", "handshake"),
        ("mute", "echo no >&2; exit 1", "handshake", "exited before we could connect", "handshake"),
    ];
    for (name, lines, check, found, failed) in cases {
        let findings = Conformance::of_file(script(name, lines)).start().await;
        assert!(find(&findings, check).found.contains(found), "{name}: {findings:#?}");
        assert_eq!(find(&findings, failed).verdict, Verdict::Failure, "{name}");
    }
}

#[tokio::test]
async fn what_does_not_leave_is_given_up() {
    let launch = Launch::new(script("stays", "exec sleep 600"));
    let findings = Conformance::of(launch.start_timeout(Duration::from_millis(300))).start().await;
    assert!(find(&findings, "started by hand").found.contains("keeps running"), "{findings:#?}");
    assert!(find(&findings, "handshake").found.contains("timeout"), "{findings:#?}");
}

#[tokio::test]
async fn findings_read_back_from_json() {
    let findings = Conformance::of_file(script("silent-json", "exit 0")).start().await;
    let json = serde_json::to_string(&findings).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Finding>>(&json).unwrap(), findings);
}

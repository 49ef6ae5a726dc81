//! Plugins of 2019, which servers start through their fallback to protocols 3 and 4.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use cargo_vault_plugin::doctor::{Report, Verdict};

use crate::run::{run, scratch, stderr, stdout};

const PLUGINS: &str = "XTASK_GO_PLUGINS";

/// HashiCorp's kv of 2019; `None`, and a word about it, where it was not built.
fn kv() -> Option<PathBuf> {
    let found = std::env::var_os(PLUGINS).map(|folder| PathBuf::from(folder).join("kv-2019"));
    if found.is_none() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        let go = Command::new("go").arg("version").output().is_ok();
        assert!(!(ci && go), "there is Go, and {PLUGINS} is not set: run cargo xtask test");
        // Past the test harness, which would show it of a failing test alone.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {PLUGINS} names no builds of xtask/go-plugins; cargo xtask test sets it"
        );
    }
    found
}

const SAID: &str = "speaks version 4 only; servers start it through their fallback";

#[test]
fn doctor_and_check_warn_and_go_on() {
    let Some(kv) = kv() else { return };
    for words in [&["doctor", "--json"][..], &["check", "--json", "--write", "a", "b=c"]] {
        let output = run(words, &kv);
        let report: Report = serde_json::from_slice(&output.stdout).unwrap();
        let found = report.findings.iter().find(|finding| finding.check == "protocol version");
        let found = found.unwrap_or_else(|| panic!("{}", report.text()));
        assert_eq!(found.verdict, Verdict::Warning);
        assert!(found.found.contains(SAID), "{found:?}");
        let started = report.findings.iter().any(|finding| {
            finding.check == "leaves when told to" && finding.verdict == Verdict::Ok
        });
        assert!(started, "{}", report.text());
        assert_eq!(report.count(Verdict::Failure), 0, "{}", report.text());
    }
}

#[test]
fn call_warns_and_answers() {
    let Some(kv) = kv() else { return };
    let folder = scratch();
    let file = folder.path().join("storage.json");
    let call = |words: &[&str]| {
        run(&[&["call"], words, &["--storage", file.to_str().unwrap()]].concat(), &kv)
    };
    let written = call(&["write", "secret/a", "b=c"]);
    assert_eq!(stdout(&written), "Success! Data written to: secret/a\n", "{}", stderr(&written));
    assert!(stderr(&written).contains("speaks protocol version 4 only"), "{}", stderr(&written));
    let read = call(&["read", "secret/a"]);
    assert!(stdout(&read).contains("b"), "{}{}", stdout(&read), stderr(&read));
}

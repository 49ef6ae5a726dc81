//! Who may run the file, and who may write to it.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use cargo_vault_plugin::doctor::{Report, Verdict};
use serde_json::Value;

use crate::folder::{Folder, set_mode};

fn script() -> Folder {
    Folder::with(b"#!/bin/sh\n")
}

#[test]
fn a_missing_run_bit_is_found() {
    let folder = script();
    let cases = [
        (0o644, Verdict::Failure),
        (0o744, Verdict::Ok),
        (0o654, Verdict::Warning),
        (0o755, Verdict::Ok),
    ];
    for (mode, verdict) in cases {
        set_mode(folder.binary(), mode);
        assert_eq!(folder.finding("run bit").verdict, verdict, "{mode:o}");
    }
    set_mode(folder.binary(), 0o644);
    folder.assert_fails("run bit", "permission denied", "chmod 755");
}

#[test]
fn owners_and_writers_matter_as_far_as_the_server_looks() {
    let mut folder = script();
    assert_eq!(folder.finding("ownership").verdict, Verdict::Ok);
    set_mode(&folder.path, 0o775);
    assert_eq!(folder.finding("ownership").verdict, Verdict::Warning);
    folder.options.permissions_check = true;
    folder.assert_fails("ownership", "refuses to register", "chmod go-w");
    set_mode(&folder.path, 0o755);
    assert_eq!(folder.finding("ownership").verdict, Verdict::Ok);

    let owner = folder.binary().metadata().unwrap().uid();
    folder.options.server_uid = Some(owner + 1);
    folder.assert_fails("ownership", "refuses to register", &format!("chown {}", owner + 1));
}

#[test]
fn the_subcommand_prints_json_and_fails_when_a_check_does() {
    let folder = script();
    let run = |folder: &Folder| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-vault-plugin"));
        command.arg("doctor").arg(folder.binary()).arg("--plugin-dir").arg(&folder.path);
        command.args(["--json", "--no-start"]).output().unwrap()
    };
    let good = run(&folder);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    let report: Report = serde_json::from_slice(&good.stdout).unwrap();
    assert_eq!(report, folder.report());

    set_mode(folder.binary(), 0o644);
    let bad = run(&folder);
    assert_eq!(bad.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&bad.stdout).unwrap();
    let failed = report["findings"].as_array().unwrap().iter();
    let failed: Vec<_> = failed.filter(|finding| finding["verdict"] == "failure").collect();
    assert_eq!(failed.len(), 1, "{report}");
    assert_eq!(failed[0]["remedy"], format!("chmod 755 {}", folder.binary().display()));
}

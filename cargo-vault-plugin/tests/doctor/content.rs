//! What the file holds.

use std::fs;

use cargo_vault_plugin::doctor::Verdict;

use crate::folder::{Folder, own_program};

/// Where an ELF header has the number of its machine.
#[cfg(target_os = "linux")]
const MACHINE: std::ops::Range<usize> = 18..20;

const EXEC_FORMAT: &str = "exec format error";

#[test]
fn a_good_program_is_all_ok() {
    let mut folder = Folder::with_program();
    let sum = folder.finding("checksum").found.split(';').next().unwrap().to_owned();
    folder.options.sha256 = Some(sum.to_uppercase());
    let report = folder.report();
    for finding in &report.findings {
        let only_scripts = finding.check == "interpreter";
        let expected = if only_scripts { Verdict::NotChecked } else { Verdict::Ok };
        assert_eq!(finding.verdict, expected, "{}", report.text());
        assert!(finding.remedy.is_none(), "{}", report.text());
    }
    assert!(report.findings.len() >= 10, "{}", report.text());
}

#[test]
fn what_is_no_program_is_told_apart() {
    for (content, found) in [
        (&b""[..], "empty"),
        (b"echo hello\n", "a text that does not begin with `#!`"),
        (b"\x00\xff\x00\xff", "not a program in any format"),
        (b"\x7fELF\x02\x01\x01", "headers can't be read"),
    ] {
        let folder = Folder::with(content);
        folder.assert_fails("program", EXEC_FORMAT, "cargo build --release");
        let finding = folder.finding("program");
        assert!(finding.found.contains(found), "{}", finding.found);
    }
}

#[test]
fn a_file_that_is_not_there_is_the_only_finding() {
    let folder = Folder::with_program();
    fs::remove_file(folder.binary()).unwrap();
    assert_eq!(folder.report().findings.len(), 1);
    folder.assert_fails("program", "no such file or directory", "cargo build --release");
}

#[test]
fn a_folder_is_no_program() {
    let mut folder = Folder::with_program();
    folder.options.plugin.binary = folder.path.clone();
    folder.assert_fails("program", "can't hash it", "name the executable itself");
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_for_another_machine_is_found() {
    // 183 is AArch64, 62 is x86-64.
    let other: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    let mut content = own_program();
    content[MACHINE].copy_from_slice(&other.to_le_bytes());
    let folder = Folder::with(&content);
    let target = format!("--target {}-unknown-linux-musl", std::env::consts::ARCH);
    folder.assert_fails("architecture", EXEC_FORMAT, &target);
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_for_another_system_is_found() {
    // The header of a 64-bit Mach-O program for Apple's processors, without any load commands.
    let mut content = vec![0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0];
    content.resize(32, 0);
    let folder = Folder::with(&content);
    folder.assert_fails("architecture", EXEC_FORMAT, "-unknown-linux-musl");
    assert!(folder.finding("architecture").found.contains("macos on aarch64"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_loader_that_is_not_there_is_found() {
    let mut content = own_program();
    let name = b"/ld-";
    let start = content.windows(name.len()).position(|part| part == name);
    let Some(start) = start else {
        // A test that is linked statically names no loader.
        let folder = Folder::with(&content);
        assert!(folder.finding("loader").found.contains("needs none"));
        return;
    };
    content[start + 1..start + 3].copy_from_slice(b"no");
    let folder = Folder::with(&content);
    folder.assert_fails("loader", "although the file is there", "-unknown-linux-musl");
    assert!(folder.finding("loader").looked_at.contains("/no-"));
    assert_eq!(folder.finding("libraries").verdict, Verdict::NotChecked);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_library_that_is_not_there_is_found() {
    let mut content = own_program();
    let name = b"\0libc.so.6\0";
    let start = content.windows(name.len()).position(|part| part == name).unwrap();
    content[start + 1..start + 5].copy_from_slice(b"nope");
    let finding = Folder::with(&content).finding("libraries");
    assert_eq!(finding.verdict, Verdict::Warning, "{finding:?}");
    assert!(finding.found.contains("nope.so.6"), "{finding:?}");
}

#[test]
fn interpreters_of_scripts_are_looked_for() {
    for (content, found, server) in [
        ("#!/no/such/shell\n", "/no/such/shell is not there", "no such file or directory"),
        ("#!/bin/sh\r\necho\r\n", "carriage return", "no such file or directory"),
        ("#!\n", "names no interpreter", EXEC_FORMAT),
        ("#!/usr/bin/env no-such-shell\n", "no-such-shell is in no folder", "status 127"),
    ] {
        let folder = Folder::with(content.as_bytes());
        folder.assert_fails("interpreter", server, "");
        let finding = folder.finding("interpreter");
        assert!(finding.found.contains(found), "{}", finding.found);
    }
    let report = Folder::with(b"#!/bin/sh\necho hello\n").report();
    assert_eq!(report.worst(), Verdict::Warning, "{}", report.text());
}

#[test]
fn a_wrong_sum_comes_with_the_line_that_registers_the_right_one() {
    let mut folder = Folder::with(b"#!/bin/sh\n");
    // `printf '#!/bin/sh\n' | sha256sum`
    let sum = "a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf";
    folder.options.sha256 = Some("0".repeat(64));
    folder.assert_fails("checksum", "checksums did not match", &format!("-sha256={sum}"));
    folder.options.sha256 = Some("abc".to_owned());
    folder.assert_fails("checksum", "refuses the registration", "-command=backend-x");
}

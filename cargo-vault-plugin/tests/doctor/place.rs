//! Where the file is and what it is called.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use cargo_vault_plugin::doctor::Verdict;

use crate::folder::Folder;

const OUTSIDE: &str = "cannot execute files outside of configured plugin directory";

fn script() -> Folder {
    Folder::with(b"#!/bin/sh\n")
}

#[test]
fn without_a_plugin_directory_its_rules_are_not_checked() {
    let mut folder = script();
    folder.options.plugin_dir = None;
    for check in ["plugin directory", "place of the file"] {
        assert_eq!(folder.finding(check).verdict, Verdict::NotChecked);
    }
}

#[test]
fn a_plugin_directory_that_is_a_link_is_found() {
    let mut folder = script();
    let link = folder.path.join("link");
    symlink(&folder.path, &link).unwrap();
    let resolved = folder.path.display().to_string();
    folder.options.plugin_dir = Some(link);
    folder.assert_fails("plugin directory", OUTSIDE, &resolved);
}

#[test]
fn a_relative_plugin_directory_is_warned_of() {
    let mut folder = script();
    folder.options.plugin_dir = Some(PathBuf::from("."));
    let finding = folder.finding("plugin directory");
    assert_eq!(finding.verdict, Verdict::Warning);
    assert!(finding.remedy.unwrap().starts_with("plugin_directory = \"/"));
}

#[test]
fn a_plugin_directory_that_is_not_there_or_a_file_is_found() {
    let mut folder = script();
    folder.options.plugin_dir = Some(folder.path.join("nothing"));
    folder.assert_fails("plugin directory", "fails every registration", "mkdir -p");
    let mut folder = script();
    folder.options.plugin_dir = Some(folder.binary().to_owned());
    assert_eq!(folder.finding("plugin directory").verdict, Verdict::Failure);
}

#[test]
fn dots_in_the_configured_path_are_cleaned_as_servers_do() {
    let mut folder = script();
    fs::create_dir(folder.path.join("sub")).unwrap();
    folder.options.plugin_dir = Some(folder.path.join("sub/.."));
    assert_eq!(folder.finding("plugin directory").verdict, Verdict::Ok);
}

#[test]
fn a_file_in_a_folder_below_is_found() {
    let mut folder = script();
    let sub = folder.path.join("sub");
    fs::create_dir(&sub).unwrap();
    fs::rename(folder.binary(), sub.join("backend-x")).unwrap();
    folder.options.plugin.binary = sub.join("backend-x");
    folder.assert_fails("place of the file", OUTSIDE, "install -m 755");
}

#[test]
fn a_link_may_stay_in_the_plugin_directory_and_not_leave_it() {
    let outside = script();
    let mut folder = script();
    let link = folder.path.join("backend-y");
    symlink(folder.binary(), &link).unwrap();
    folder.options.plugin.binary.clone_from(&link);
    assert_eq!(folder.finding("place of the file").verdict, Verdict::Ok);
    fs::remove_file(&link).unwrap();
    symlink(outside.binary(), &link).unwrap();
    folder.assert_fails("place of the file", OUTSIDE, "install -m 755");
    assert!(folder.finding("place of the file").found.contains("link out of"));
}

#[test]
fn names_that_cannot_be_registered_are_found() {
    for (name, server) in [("backend x", "argument of the command"), ("back..end", "contains `..`")]
    {
        let mut folder = script();
        let binary = folder.path.join(name);
        fs::rename(folder.binary(), &binary).unwrap();
        folder.options.plugin.binary = binary;
        folder.assert_fails("name of the file", server, "mv ");
    }
}

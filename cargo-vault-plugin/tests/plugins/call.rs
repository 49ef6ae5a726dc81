//! `cargo vault-plugin call`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::run::{banner, plugin, run, scratch, stderr, stdout};

#[test]
fn requests_are_answered_as_the_servers_command_line_does() {
    let (kv, folder) = (plugin("backend-kv-mock"), scratch());
    let file = folder.path().join("storage.json");
    let kept = ["--storage", file.to_str().unwrap()];
    let call = |words: &[&str]| run(&[&["call"], words, &kept].concat(), &kv);

    let written = call(&["write", "secret/a", "message=Hello World"]);
    assert_eq!(stdout(&written), "Success! Data written to: secret/a\n", "{}", stderr(&written));
    let read = call(&["read", "secret/a"]);
    assert_eq!(stdout(&read), "Key        Value\n---        -----\nmessage    Hello World\n");
    assert_eq!(stdout(&call(&["list", "secret"])), "Keys\n----\na\n");
    let json: Value =
        serde_json::from_str(&stdout(&call(&["read", "secret/a", "--format=json"]))).unwrap();
    assert_eq!(json["data"], json!({ "message": "Hello World" }));
    assert!(stdout(&call(&["help", "secret/"])).contains("key-value"));
    let deleted = call(&["delete", "secret/a"]);
    assert_eq!(stdout(&deleted), "Success! Data deleted (if it existed) at: secret/a\n");

    let refused = call(&["read", "secret/a"]);
    assert_eq!((refused.status.code(), stdout(&refused)), (Some(2), String::new()));
    assert!(stderr(&refused).contains("* No value at secret/a"), "{}", stderr(&refused));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "others may read what the plugin stores");
}

#[test]
fn an_auth_method_is_known_by_its_type() {
    let auth = plugin("backend-auth-mock");
    for path in ["mock/user/bob", "auth/mock/user/bob"] {
        let output = run(&["call", "write", path, "password=correct horse"], &auth);
        assert_eq!(stdout(&output), "Success! Data written to: auth/mock/user/bob\n");
    }
    let kv = plugin("backend-kv-mock");
    let output = run(&["call", "read", "auth/mock/x"], &kv);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not an auth method"), "{}", stderr(&output));
}

#[test]
fn what_can_not_be_asked_is_an_error() {
    let (_folder, path) = banner();
    let output = run(&["call", "read", "secret/a"], &path);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("Unrecognized remote plugin message"), "{}", stderr(&output));
    let output = run(&["call", "write", "secret/a", "no field"], &plugin("backend-kv-mock"));
    assert!(stderr(&output).contains("invalid key/value pair"), "{}", stderr(&output));
}

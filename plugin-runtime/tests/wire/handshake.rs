//! The start: who may start a plugin, and what it prints.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use crate::host::Host;
use crate::host::certificate::HostCertificate;
use crate::host::connection::Connection;
use crate::host::line::Line;
use crate::host::process::{COOKIE, Launch, Remains};
use crate::host::tls;

/// Starting and failing takes a few milliseconds; this is for a busy machine.
const QUICKLY: Duration = Duration::from_secs(3);

fn fails(remains: &Remains) {
    assert_eq!(remains.status.code(), Some(1), "{remains:?}");
    assert_eq!(remains.stdout, "", "{remains:?}");
    assert!(remains.lifetime < QUICKLY, "{remains:?}");
    assert_eq!(remains.sockets().len(), 0, "{remains:?}");
}

/// Returns the only log line of a plugin that could not start.
fn complaint(remains: &Remains) -> serde_json::Value {
    fails(remains);
    let line: serde_json::Value =
        serde_json::from_str(&remains.stderr).expect("one line of JSON and nothing else");
    assert_eq!(line["@level"], "error", "{line}");
    line
}

#[tokio::test]
async fn run_by_hand_it_says_what_it_is_and_what_to_do() {
    for (name, value) in [
        ("NOTHING", ""),
        (COOKIE.0, ""),
        (COOKIE.0, "6669da05-b1c8-4f49-97d9-c8e5bed98e21"),
        (COOKIE.0, " 6669da05-b1c8-4f49-97d9-c8e5bed98e20"),
        ("BAO_BACKEND_PLUGIN", COOKIE.1),
    ] {
        let remains = Launch::by_hand().env(name, value).start().left().await;
        fails(&remains);
        for part in ["wire-backend 1.2.3 is a plugin", "plugin_directory", "plugin register"] {
            assert!(remains.stderr.contains(part), "{name}={value}: {part}: {remains:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_probes_for_a_database_plugin_is_told_no_in_silence() {
    let cookie = "926a0820-aea2-be28-51d6-83cdf00e8edb";
    let launch = Launch::by_hand().env("VAULT_DATABASE_PLUGIN", cookie);
    let remains = launch.env("PLUGIN_PROTOCOL_VERSIONS", "5,6").start().left().await;
    fails(&remains);
    assert_eq!(remains.stderr, "");
}

#[tokio::test]
async fn the_line_has_six_fields_and_a_seventh_for_those_who_ask() {
    let certificate = HostCertificate::generate();
    for (asked, seventh) in
        [(None, None), (Some(""), None), (Some("true"), Some("false")), (Some("1"), Some("false"))]
    {
        let mut launch = Launch::by_server(&certificate);
        if let Some(value) = asked {
            launch = launch.env("PLUGIN_MULTIPLEX_GRPC", value);
        }
        let line = Line::parse(&launch.start().line().await);
        assert_eq!(line.fields[1], "5", "{line:?}");
        assert!(line.certificate().len() > 200, "{line:?}");
        assert_eq!(line.fields.get(6).map(String::as_str), seventh, "asked with {asked:?}");
        assert!(line.fields.len() <= 7, "{line:?}");
    }
}

#[tokio::test]
async fn the_version_is_found_among_all_that_are_offered() {
    let certificate = HostCertificate::generate();
    for offered in ["5", "6,5,3", "3,4,5", "4,five,5", ",5,"] {
        let process =
            Launch::by_server(&certificate).env("PLUGIN_PROTOCOL_VERSIONS", offered).start();
        let line = Line::parse(&process.line().await);
        assert_eq!(line.fields[1], "5", "{offered}");
        let config = tls::client(Some(&certificate), &line.certificate());
        let connection = Connection::open(&line.address, config).await.unwrap();
        assert!(connection.answers().await, "{offered}");
    }
}

#[tokio::test]
async fn without_a_common_version_it_prints_its_lowest_and_lets_nobody_in() {
    let certificate = HostCertificate::generate();
    for offered in ["2", "6", "", "five"] {
        let process =
            Launch::by_server(&certificate).env("PLUGIN_PROTOCOL_VERSIONS", offered).start();
        let line = Line::parse(&process.line().await);
        assert_eq!(line.fields[1], "3", "{offered}");
        // Old servers have no TLS configuration, and fail on a certificate.
        assert_eq!(line.fields[5], "", "{offered}");
        let config = tls::client(Some(&certificate), b"none");
        assert!(Connection::open(&line.address, config).await.is_err(), "{offered}");
        if let Ok(connection) = Connection::open_plaintext(&line.address).await {
            assert!(!connection.answers().await, "{offered}");
        }
        process.logged("does not support any protocol version").await;
    }
}

#[tokio::test]
async fn arguments_are_not_its_business() {
    let flags = ["-ca-cert=/nowhere", "--tls-skip-verify", "serve", "--", "", "--version"];
    let host = Host::launch(|launch| launch.args(&flags)).await;
    host.is_served("mount").await;
}

#[tokio::test]
async fn a_plugin_on_tcp_serves_as_one_on_a_unix_socket() {
    let host = Host::launch(|launch| {
        launch.args(&["--tcp"]).env("PLUGIN_MIN_PORT", "20000").env("PLUGIN_MAX_PORT", "40000")
    })
    .await;
    let port = host.line.address.strip_prefix("127.0.0.1:").expect("the loopback interface");
    assert!((20_000..=40_000).contains(&port.parse().unwrap()), "{port}");
    assert_eq!(host.line.network(), "tcp");
    host.is_served("mount").await;
}

#[tokio::test]
async fn the_socket_is_where_the_server_wants_it_and_nobody_elses() {
    let directory = tempfile::TempDir::new().unwrap();
    let host = Host::launch(|launch| launch.env("PLUGIN_UNIX_SOCKET_DIR", directory.path())).await;
    let socket = host.socket();
    assert_eq!(socket.parent(), Some(directory.path()));
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600, "{mode:o}");
    host.is_served("mount").await;
}

#[tokio::test]
async fn a_group_that_the_server_names_may_connect() {
    let own = nix::unistd::getgid().as_raw();
    let name = nix::unistd::Group::from_gid(nix::unistd::getgid()).unwrap().unwrap().name;
    for group in [own.to_string(), name] {
        let host = Host::launch(|launch| launch.env("PLUGIN_UNIX_SOCKET_GROUP", &group)).await;
        let metadata = std::fs::metadata(host.socket()).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o7777, 0o660, "{group}");
        assert_eq!(metadata.gid(), own, "{group}");
    }
}

#[tokio::test]
async fn an_empty_tmpdir_is_none() {
    let certificate = HostCertificate::generate();
    for launch in [
        Launch::by_server(&certificate).env("TMPDIR", ""),
        Launch::by_server(&certificate).without("TMPDIR"),
    ] {
        let process = launch.start();
        let line = Line::parse(&process.line().await);
        assert_eq!(Path::new(&line.address).parent(), Some(Path::new("/tmp")));
        process.signal(nix::sys::signal::Signal::SIGTERM);
        process.left().await;
        assert!(!Path::new(&line.address).exists());
    }
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_one_error_that_says_what_to_do() {
    let certificate = HostCertificate::generate();
    let long = tempfile::TempDir::new().unwrap();
    let long = long.path().join("x".repeat(100));
    std::fs::create_dir(&long).unwrap();
    let garbage = "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n";
    let nothing_in_it = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    type Change<'a> = Box<dyn Fn(Launch) -> Launch + 'a>;
    let cases: [(&str, Change<'_>, &[&str]); 15] = [
        (
            "a long PLUGIN_UNIX_SOCKET_DIR",
            Box::new(|l| l.env("PLUGIN_UNIX_SOCKET_DIR", &long)),
            &["set PLUGIN_UNIX_SOCKET_DIR to", "107", "shorter"],
        ),
        (
            "no PLUGIN_UNIX_SOCKET_DIR",
            Box::new(|l| l.env("PLUGIN_UNIX_SOCKET_DIR", "/nowhere")),
            &["set PLUGIN_UNIX_SOCKET_DIR to", "/nowhere"],
        ),
        ("a bar", Box::new(|l| l.env("TMPDIR", "/tmp/a|b")), &["set TMPDIR to", "a|b", "`|`"]),
        ("a line break", Box::new(|l| l.env("TMPDIR", "/tmp/a\nb")), &["set TMPDIR to", "a\\nb"]),
        (
            "a bar in PLUGIN_UNIX_SOCKET_DIR",
            Box::new(|l| l.env("PLUGIN_UNIX_SOCKET_DIR", "/tmp/|")),
            &["set PLUGIN_UNIX_SOCKET_DIR to"],
        ),
        (
            "no text",
            Box::new(|l| l.env("TMPDIR", OsStr::from_bytes(b"/tmp/\xff"))),
            &["set TMPDIR to", "UTF-8"],
        ),
        ("a long TMPDIR", Box::new(|l| l.env("TMPDIR", &long)), &["TMPDIR", "107", "shorter"]),
        ("no TMPDIR", Box::new(|l| l.env("TMPDIR", "/nowhere")), &["TMPDIR", "/nowhere"]),
        (
            "no certificate",
            Box::new(|l| l.without("PLUGIN_CLIENT_CERT")),
            &["no certificate", "PLUGIN_CLIENT_CERT"],
        ),
        (
            "an empty certificate",
            Box::new(|l| l.env("PLUGIN_CLIENT_CERT", "")),
            &["no certificate", "PLUGIN_CLIENT_CERT"],
        ),
        (
            "no PEM",
            Box::new(|l| l.env("PLUGIN_CLIENT_CERT", "certificate")),
            &["PLUGIN_CLIENT_CERT"],
        ),
        ("bad base64", Box::new(|l| l.env("PLUGIN_CLIENT_CERT", garbage)), &["PLUGIN_CLIENT_CERT"]),
        (
            "no certificate in the PEM",
            Box::new(|l| l.env("PLUGIN_CLIENT_CERT", nothing_in_it)),
            &["PLUGIN_CLIENT_CERT"],
        ),
        (
            "no such group",
            Box::new(|l| l.env("PLUGIN_UNIX_SOCKET_GROUP", "no-such-group")),
            &["no-such-group", "PLUGIN_UNIX_SOCKET_GROUP"],
        ),
        (
            "a bad port",
            Box::new(|l| l.env("PLUGIN_MIN_PORT", "many")),
            &["PLUGIN_MIN_PORT", "many"],
        ),
    ];
    for (name, change, parts) in cases {
        let process = change(Launch::by_server(&certificate)).start();
        let early = process.stdout.until(|text| text.contains('\n'), QUICKLY);
        assert_eq!(early.await, None, "{name}: it starts");
        let line = complaint(&process.left().await);
        for part in parts {
            assert!(line["error"].as_str().unwrap().contains(part), "{name}: {part}: {line}");
        }
    }
}

#[tokio::test]
async fn stdout_holds_the_line_and_nothing_else_over_a_whole_life() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.read("echo").await.unwrap();
    mount.read("panic/literal").await.unwrap();
    mount.read("log/levels").await.unwrap();
    mount.clean_up().await.unwrap();
    host.shut_down().await;
    let remains = host.process.left().await;
    assert_eq!(remains.stdout.lines().count(), 1, "{}", remains.stdout);
    assert!(remains.stdout.ends_with('\n'), "{}", remains.stdout);
}

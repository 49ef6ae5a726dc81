//! The key pair from the server's API, and what an operator reads in the log when that fails.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::version::TLS13;
use serde_json::json;
use tokio::net::TcpListener;

use crate::host::Host;
use crate::host::api::{Api, Authority, USED, answer, gives_once, token, wrapped};
use crate::host::certificate::HostCertificate;
use crate::host::process::{Launch, Remains};

async fn is_served(api: &Api, args: &[&str]) {
    let host = Host::with_shared_pair(api, &[&TLS13], |launch| launch.args(args)).await;
    let mount = host.mount("").await;
    assert!(mount.read("echo").await.unwrap().err.is_none(), "{args:?}");
}

/// The one line that a plugin leaves behind that could not start.
fn complaint(remains: &Remains) -> String {
    assert_eq!(remains.status.code(), Some(1), "{remains:?}");
    assert_eq!(remains.stdout, "", "{remains:?}");
    assert_eq!(remains.sockets().len(), 0, "{remains:?}");
    let line: serde_json::Value =
        serde_json::from_str(&remains.stderr).expect("one line of JSON and nothing else");
    assert_eq!(line["@level"], "error", "{line}");
    line["error"].as_str().expect("a text").to_owned()
}

async fn fails(launch: Launch, parts: &[&str]) {
    let text = complaint(&launch.start().left().await);
    for part in parts {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
}

#[tokio::test]
async fn the_token_is_spent_in_one_request() {
    let pair = HostCertificate::shared();
    let api = Api::of(&pair).await;
    is_served(&api, &[]).await;
    let [asked] = &api.asked()[..] else { panic!("{:?}", api.asked()) };
    assert_eq!(asked.line, "PUT /v1/sys/wrapping/unwrap");
    assert!(asked.token.starts_with(&api.token()[..20]), "{asked:?}");
    assert_eq!(asked.token.split('.').count(), 3, "the whole token");
}

#[tokio::test]
async fn the_variable_may_have_openbaos_name() {
    let api = Api::of(&HostCertificate::shared()).await;
    let host = Host::with_shared_pair(&api, &[&TLS13], |launch| {
        launch.env("BAO_UNWRAP_TOKEN", api.token()).env("VAULT_UNWRAP_TOKEN", "no token")
    })
    .await;
    assert!(host.mount("").await.read("echo").await.unwrap().err.is_none());
}

#[tokio::test]
async fn a_path_in_the_address_and_an_answer_in_chunks_are_fine() {
    let pair = HostCertificate::shared();
    // Larger than what servers send in one piece.
    let mut body = wrapped(&pair);
    body["padding"] = "x".repeat(20_000).into();
    let api = Api::answering(move |_| answer(200, body.to_string())).await;
    let behind = token(&json!({ "addr": format!("{}/vault/", api.address) }));
    let _host =
        Host::with_shared_pair(&api, &[&TLS13], |launch| launch.env("VAULT_UNWRAP_TOKEN", behind))
            .await;
    assert_eq!(api.asked()[0].line, "PUT /vault/v1/sys/wrapping/unwrap");
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_asked_again() {
    let pair = HostCertificate::shared();
    let gives = gives_once(&pair);
    let api = Api::answering(move |number| match number {
        0 => answer(503, r#"{"errors":["Vault is sealed"]}"#),
        _ => gives(0),
    })
    .await;
    is_served(&api, &[]).await;
    assert_eq!(api.asked().len(), 2);
}

#[tokio::test]
async fn a_redirection_is_followed_once_and_never_out_of_tls() {
    let pair = HostCertificate::shared();
    let target = Api::of(&pair).await;
    let to = format!("{}/v1/sys/wrapping/unwrap", target.address);
    let redirecting = |to: String| {
        move |_| {
            let mut response = answer(307, "");
            response.headers_mut().insert("location", to.parse().unwrap());
            response
        }
    };
    let first = Api::answering(redirecting(to)).await;
    is_served(&first, &[]).await;

    let looping = Api::answering(redirecting("http://127.0.0.1:9/v1/loop".to_owned())).await;
    let launch = Launch::for_token(&looping.token());
    fails(launch, &["api_addr", "http://127.0.0.1:9"]).await;
}

#[tokio::test]
async fn tls_is_spoken_with_a_server_of_a_known_authority() {
    let pair = HostCertificate::shared();
    let authority = Authority::for_server("127.0.0.1");
    let file = authority.file("ca.pem").display().to_string();
    let folder = authority.folder().display().to_string();
    let foreign = Authority::for_server("127.0.0.1");
    for args in [
        &[&*format!("-ca-cert={file}")][..],
        &["--ca-cert", &file],
        &[&*format!("-ca-path={folder}")],
        &["-mine", "-tls-skip-verify"],
    ] {
        let api = Api::over_tls(&pair, authority.config(false)).await;
        is_served(&api, args).await;
    }
    for variable in ["VAULT_CACERT", "BAO_CACERT"] {
        let api = Api::over_tls(&pair, authority.config(false)).await;
        let _host = Host::with_shared_pair(&api, &[&TLS13], |l| l.env(variable, &file)).await;
    }
    let foreign = format!("-ca-cert={}", foreign.file("ca.pem").display());
    for args in [&[][..], &[&*foreign]] {
        let api = Api::over_tls(&pair, authority.config(false)).await;
        let launch = Launch::for_token(&api.token()).args(args);
        fails(launch, &[&api.address, "authority", "-ca-cert="]).await;
        assert_eq!(api.asked().len(), 0, "the token is not sent to an untrusted server");
    }
}

#[tokio::test]
async fn a_server_may_ask_for_a_certificate_of_its_clients() {
    let pair = HostCertificate::shared();
    let authority = Authority::for_server("127.0.0.1");
    let argument = |name, file: &str| format!("-{name}={}", authority.file(file).display());
    let ca = argument("ca-cert", "ca.pem");
    let (certificate, key) =
        (argument("client-cert", "client.pem"), argument("client-key", "client.key"));
    let api = Api::over_tls(&pair, authority.config(true)).await;
    is_served(&api, &[&ca, &certificate, &key]).await;
    let api = Api::over_tls(&pair, authority.config(true)).await;
    fails(Launch::for_token(&api.token()).args(&[&ca]), &[&api.address, "-client-cert"]).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_servers_certificate_is_said() {
    let pair = HostCertificate::shared();
    let authority = Authority::for_server("vault.example.com");
    let ca = format!("-ca-cert={}", authority.file("ca.pem").display());
    let api = Api::over_tls(&pair, authority.config(false)).await;
    let launch = Launch::for_token(&api.token()).args(&[&ca]);
    fails(launch, &[&api.address, "another name", "set api_addr"]).await;
    is_served(&api, &[&ca, "-tls-server-name=vault.example.com"]).await;
}

#[tokio::test]
async fn http_and_https_are_told_apart() {
    let pair = HostCertificate::shared();
    let plain = Api::of(&pair).await;
    let https = plain.address.replace("http:", "https:");
    let launch = Launch::for_token(&token(&json!({ "addr": https })));
    fails(launch, &[&https, "no TLS is spoken there", "http://"]).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_what_to_check() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let launch = Launch::for_token(&token(&json!({ "addr": address })));
    let remains = launch.start().left().await;
    let text = complaint(&remains);
    assert!(text.contains(&address) && text.contains("api_addr"), "{text}");
    assert!(text.contains("refused"), "the system's own reason: {text}");
    assert!(remains.lifetime < Duration::from_secs(15), "{remains:?}");
}

#[tokio::test]
async fn what_the_server_or_another_program_answers_is_said_with_what_to_do() {
    let body = |errors: &str| json!({ "errors": [errors] }).to_string();
    let cases: [(u16, String, &[&str]); 7] = [
        (400, body(USED), &[USED, "once, within 60 s"]),
        (403, body("permission denied"), &["permission denied", "this very server"]),
        (
            404,
            "404 page not found".to_owned(),
            &["404", "page not found", "check that it is right"],
        ),
        (400, "Client sent an HTTP request to an HTTPS server.\n".to_owned(), &["an HTTPS server"]),
        (200, "<html>".to_owned(), &["did not answer as Vault or OpenBao"]),
        (200, json!({ "data": { "ServerCert": "AAAA" } }).to_string(), &["did not answer as"]),
        (
            200,
            json!({ "data": { "ServerCert": "AAAA", "ServerKey": "AAAA" } }).to_string(),
            &["certificate"],
        ),
    ];
    for (status, body, parts) in cases {
        let api = Api::answering(move |_| answer(status, body.clone())).await;
        fails(Launch::for_token(&api.token()), parts).await;
        assert_eq!(api.asked().len(), 1, "{parts:?}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let api = Api::answering(|_| answer(200, vec![b' '; 1024 * 1024])).await;
    fails(Launch::for_token(&api.token()), &["did not answer as Vault or OpenBao"]).await;
}

#[tokio::test]
async fn a_token_without_an_address_says_how_to_set_one() {
    for claims in [json!({}), json!({ "addr": "" })] {
        let launch = Launch::for_token(&token(&claims));
        fails(launch, &["api_addr is not set", "VAULT_API_ADDR"]).await;
    }
    for address in ["127.0.0.1:8200", "ftp://127.0.0.1", "http://", "unix:///socket"] {
        let launch = Launch::for_token(&token(&json!({ "addr": address })));
        fails(launch, &["api_addr", address, "https://vault.example.com:8200"]).await;
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_suspected() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let body = json!({ "errors": [USED] }).to_string();
    let api = Api::answering(move |_| answer(400, body.clone())).await;
    for (iat, exp) in [(now - 3600, now - 3540), (now + 3600, now + 3660)] {
        let claims = json!({ "addr": api.address, "iat": iat, "exp": exp });
        fails(Launch::for_token(&token(&claims)), &["clock"]).await;
    }
}

#[tokio::test]
async fn what_is_no_token_and_what_are_no_arguments_is_said() {
    for wrong in ["s.1234", "a.b.c", "a.%%.c", "a.e30.c\r\nX: y"] {
        fails(Launch::for_token(wrong), &["VAULT_UNWRAP_TOKEN", "not a JWT"]).await;
    }
    let launch = Launch::for_token("").without("VAULT_UNWRAP_TOKEN");
    fails(launch, &["neither an unwrap token (VAULT_UNWRAP_TOKEN)"]).await;
    let https = token(&json!({ "addr": "https://127.0.0.1:9" }));
    for (argument, parts) in [
        ("-ca-cert=/nowhere", &["/nowhere"][..]),
        ("-ca-cert=/dev/null", &["/dev/null", "no certificate"]),
        ("-ca-path=/nowhere", &["/nowhere", "-ca-path"]),
        ("-client-cert=/nowhere", &["-client-key"]),
        ("-tls-skip-verify=maybe", &["maybe"]),
        ("-ca-cert", &["needs a value"]),
    ] {
        fails(Launch::for_token(&https).args(&[argument]), parts).await;
    }
}

#[tokio::test]
async fn neither_the_token_nor_the_key_is_ever_logged() {
    let pair = HostCertificate::shared();
    let api = Api::of(&pair).await;
    let host = Host::with_shared_pair(&api, &[&TLS13], |l| l.env("VAULT_LOG_LEVEL", "trace")).await;
    let mount = host.mount("").await;
    mount.read("echo").await.unwrap();
    mount.clean_up().await.unwrap();
    let stderr = host.process.stderr.so_far();
    let body = wrapped(&pair);
    let key = body["data"]["ServerKey"].as_str().unwrap();
    for secret in [&api.asked()[0].token, &key[..40]] {
        assert!(!stderr.contains(secret), "{stderr}");
    }
}

#[tokio::test]
async fn a_signal_ends_the_wait_for_a_silent_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let process = Launch::for_token(&token(&json!({ "addr": address }))).start();
    let (_socket, _) = listener.accept().await.unwrap();
    process.signal(nix::sys::signal::Signal::SIGTERM);
    let remains = process.left().await;
    assert_eq!(remains.status.code(), Some(0), "{remains:?}");
    assert!(remains.lifetime < Duration::from_secs(5), "{remains:?}");
}

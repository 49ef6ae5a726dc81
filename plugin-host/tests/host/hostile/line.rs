//! What a plugin does instead of printing a handshake line, or with it.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use plugin_host::{Launch, LaunchError, TlsMode};
use tokio_rustls::TlsAcceptor;

use super::peer::script_for;
use crate::engine::is_usable;
use crate::scratch::{PATIENCE, Scratch, runs, until};

/// The error of a script that can't be started, which has to come soon.
async fn refusal(scratch: &Scratch, body: &str, change: impl Fn(Launch) -> Launch) -> LaunchError {
    let path = scratch.script("plugin", body);
    let begun = Instant::now();
    let error = change(scratch.launch(&path)).start().await.unwrap_err();
    assert!(begun.elapsed() < PATIENCE, "{error}: took {:?}", begun.elapsed());
    scratch.is_clean().await;
    error
}

#[tokio::test]
async fn a_first_line_that_is_no_handshake_is_refused_with_what_was_wrong() {
    let scratch = Scratch::new();
    for (printed, said) in [
        ("hello world", "not a handshake line (fewer than four fields): `hello world"),
        ("2|5|unix|/x|grpc|", "core version `2`; only 1 is known"),
        ("1|4|unix|/x|grpc|AAAA", "incompatible API version with plugin. Plugin version: 4"),
        ("1|x|unix|/x|grpc|AAAA", "protocol version is not a number: `x`"),
        ("1|5|unix|/x|netrpc|", "the plugin speaks `netrpc`; only grpc is supported"),
        ("1|5|unix|/x", "the plugin speaks `netrpc`; only grpc is supported"),
        ("1|5|pipe|/x|grpc|", "unknown network `pipe`"),
        ("1|5|unix|/x|grpc|!!!", "certificate is not unpadded base64"),
        ("1|5|unix|/x|grpc|", "has no certificate, but mutual TLS was requested"),
    ] {
        let body = format!("echo '{printed}'\nexec sleep 600");
        let text = refusal(&scratch, &body, |launch| launch).await.to_string();
        assert!(text.contains(said), "{printed}: {text}");
    }
    is_usable(&scratch.builder().build()).await;
}

#[tokio::test]
async fn a_line_without_an_end_or_without_text_is_not_read_on() {
    let scratch = Scratch::new();
    let endless = "tr '\\0' x < /dev/zero";
    let long = "head -c 70000 /dev/zero | tr '\\0' x; echo; exec sleep 600";
    for (body, said) in [
        (endless, "the plugin's first line is longer than 65536 bytes"),
        (long, "the plugin's first line is longer than 65536 bytes"),
        ("printf '\\377\\376\\n'; exec sleep 600", "the plugin's first line is not UTF-8"),
        ("exec >&-; exec sleep 600", "plugin exited before we could connect"),
    ] {
        let text = refusal(&scratch, body, |launch| launch).await.to_string();
        assert!(text.contains(said), "{body}: {text}");
    }
}

#[tokio::test]
async fn no_line_is_waited_for_no_longer_than_allowed() {
    let scratch = Scratch::new();
    let patience = Duration::from_millis(200);
    let body = "echo 'still reading my config' >&2; exec sleep 600";
    let error = refusal(&scratch, body, |launch| launch.start_timeout(patience)).await;
    let text = error.to_string();
    assert!(text.contains("timeout while waiting for plugin to start (200ms)"), "{text}");
    assert!(text.contains("still reading my config"), "{text}");
}

#[tokio::test]
async fn an_exit_before_the_line_is_told_with_its_code_and_the_whole_log() {
    let scratch = Scratch::new();
    for attempt in 0..20 {
        let body = "echo 'cannot read' >&2\necho 'my config' >&2\nexit 3";
        let error = refusal(&scratch, body, |launch| launch).await;
        let LaunchError::NoHandshake { exited, log, .. } = &error else { panic!("{error}") };
        assert_eq!(exited.and_then(|exited| exited.code()), Some(3), "{attempt}");
        assert_eq!(log, &["cannot read", "my config"], "{attempt}");
        assert!(error.to_string().contains("exit status: 3"), "{error}");
    }
}

#[tokio::test]
async fn what_a_plugin_started_does_not_keep_its_host_waiting() {
    let scratch = Scratch::new();
    let others = scratch.other("others");
    for session in ["", "setsid "] {
        let body = format!("{session}sleep 600 &\necho $! > '{}'\nexit 3", others.display());
        let error = refusal(&scratch, &body, |launch| launch).await;
        assert!(error.to_string().contains("exit status: 3"), "{error}");
        let other: u32 = std::fs::read_to_string(&others).unwrap().trim().parse().unwrap();
        if session.is_empty() {
            until("what it started is killed", || !runs(other)).await;
        } else {
            // Out of a host's reach: it left the group of its own will.
            let pid = nix::unistd::Pid::from_raw(other.try_into().unwrap());
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
        }
    }
}

#[tokio::test]
async fn what_can_not_be_executed_is_told_with_its_path() {
    let scratch = Scratch::new();
    let directory = scratch.plugins().join("directory");
    std::fs::create_dir(&directory).unwrap();
    let pipe = scratch.plugins().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let missing = scratch.plugins().join("missing");
    let script = scratch.script("script", "exit 0");
    let changed = std::process::Command::new("chmod").arg("644").arg(&script).status();
    assert!(changed.unwrap().success());
    for (path, said) in [
        (directory, "cannot open"),
        (pipe, "cannot open"),
        (missing, "cannot open"),
        (script, "cannot execute"),
    ] {
        let start = scratch.launch(&path).start();
        let error = tokio::time::timeout(PATIENCE, start).await.unwrap().unwrap_err();
        let text = error.to_string();
        assert!(text.contains(said) && text.contains(path.to_str().unwrap()), "{text}");
    }
}

#[tokio::test]
async fn nobody_listening_is_told() {
    let scratch = Scratch::new();
    for socket in [scratch.run().join("unused"), scratch.other("unused")] {
        let line = format!("echo '1|5|unix|{}|grpc|'", socket.display());
        let body = format!("echo 'my last words' >&2\n{line}\nexec sleep 600");
        let path = scratch.script("plugin", &body);
        let error = scratch.launch(&path).tls(TlsMode::Plaintext).start().await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("cannot connect to the plugin: No such file"), "{text}");
        assert!(text.contains("my last words"), "{text}");
        scratch.is_clean().await;
    }
    // The same with a text that is not a certificate.
    let body =
        format!("echo '1|5|unix|{}|grpc|AAAA'\nexec sleep 600", scratch.other("x").display());
    let error = refusal(&scratch, &body, |launch| launch).await;
    assert!(!error.to_string().is_empty());
}

#[tokio::test]
async fn a_file_that_a_plugin_names_as_its_socket_is_not_removed() {
    let scratch = Scratch::new();
    for file in [scratch.run().join("precious"), scratch.other("precious")] {
        std::fs::write(&file, "precious").unwrap();
        let path = script_for(&scratch, &file, "exec sleep 600");
        let error = scratch.launch(&path).tls(TlsMode::Plaintext).start().await.unwrap_err();
        assert!(matches!(error, LaunchError::Connect { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    }
}

#[tokio::test]
async fn a_socket_that_was_there_before_the_plugin_is_not_removed() {
    let scratch = Scratch::new();
    let socket = scratch.run().join("precious");
    drop(tokio::net::UnixListener::bind(&socket).unwrap());
    let touched =
        std::process::Command::new("touch").args(["-d", "2001-01-01"]).arg(&socket).status();
    assert!(touched.unwrap().success());
    let path = script_for(&scratch, &socket, "exec sleep 600");
    let error = scratch.launch(&path).tls(TlsMode::Plaintext).start().await.unwrap_err();
    assert!(matches!(error, LaunchError::Connect { .. }), "{error}");
    assert!(socket.exists());
}

fn identity() -> (rcgen::KeyPair, rcgen::Certificate) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (key, certificate)
}

#[tokio::test]
async fn another_ones_certificate_is_not_trusted() {
    let scratch = Scratch::new();
    let ((key, served), (_, printed)) = (identity(), identity());
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let mut config = rustls::ServerConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![served.der().clone()], key.into())
    .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
    let socket = scratch.other("tls");
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let accepting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.map(drop).unwrap_err()
    });
    let line = format!(
        "1|5|unix|{}|grpc|{}",
        socket.display(),
        STANDARD_NO_PAD.encode(printed.der().as_ref())
    );
    let error = refusal(&scratch, &format!("echo '{line}'\nexec sleep 600"), |it| it).await;
    let text = error.to_string();
    for part in ["cannot connect to the plugin: ", "the certificate that was exchanged"] {
        assert!(text.contains(part), "`{part}` in {text}");
    }
    accepting.await.unwrap();
}

//! Who is kept out of the plugin's own socket while a server uses it.

mod certificate;
mod client;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::procfs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use xtask::tutorial::{NAME, PACKAGE};

use crate::on_every_server;
use crate::setting::{dev_server, distribution};
use certificate::Certificate;
use client::{anonymous, forging, is_let_in, presenting};

on_every_server!(strangers_are_refused_and_the_server_is_served_on[ProtocolVersion5]);

fn strangers_are_refused_and_the_server_is_served_on(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let plugin = server.wait_for_plugins(1, Duration::ZERO)?[0];
    let sockets = procfs::bound_sockets(plugin);
    assert!(!sockets.is_empty(), "the plugin has no socket");
    assert!(sockets.iter().all(|path| server.sockets().contains(path)), "{sockets:?}");

    let servers = certificate_given_to(plugin)?;
    let stranger = Certificate::generate()?;
    // With the log's words for it, which tell that it was refused for this and nothing else.
    let cases = [
        ("no certificate", Some(anonymous()?), "peer sent no certificates"),
        ("a foreign certificate", Some(presenting(&stranger)?), "invalid peer certificate"),
        ("the right certificate without its key", Some(forging(servers)?), "BadSignature"),
        ("HTTP/2 without TLS", None, "corrupt message"),
    ];
    for socket in &sockets {
        for (number, (name, config, words)) in cases.iter().enumerate() {
            let refusals = || server.log().lines_with("TLS handshake refused");
            let before = refusals().len();
            assert!(!is_let_in(socket, config.clone())?, "{name} opens {}", socket.display());

            let data = json!({ "case": number });
            api.write("mock/test", &data).success().context(*name)?;
            assert_eq!(api.read("mock/test").success()?.data, data, "after {name}");
            let news = refusals().split_off(before);
            assert!(news.len() == 1 && news[0].contains(words), "{name}: {news:?}");
        }
    }
    api.enable_secrets("another", NAME).success()?;
    assert_eq!(server.wait_for_plugins(1, Duration::ZERO)?, [plugin], "it is the same process");

    the_tools_are_sound()
}

/// The certificate that the server gave the plugin at its start: no secret, any process of the same
/// user can read it.
fn certificate_given_to(plugin: u32) -> Result<CertificateDer<'static>> {
    let environment = fs::read(format!("/proc/{plugin}/environ")).context("the plugin runs")?;
    let pem = environment
        .split(|byte| *byte == 0)
        .find_map(|entry| entry.strip_prefix(b"PLUGIN_CLIENT_CERT="))
        .context("the server gave the plugin no certificate")?;
    CertificateDer::from_pem_slice(pem).context("reading PLUGIN_CLIENT_CERT")
}

/// The same client with the right certificate and key is let in: by a plugin of its own, as the
/// server's key is nowhere to be read.
fn the_tools_are_sound() -> Result<()> {
    let folder = tempfile::tempdir().context("a folder")?;
    let certificate = Certificate::generate()?;
    let plugin = Launched::start(&certificate, folder.path())?;
    assert!(is_let_in(&plugin.socket, Some(presenting(&certificate)?))?, "the right certificate");
    assert!(!is_let_in(&plugin.socket, Some(anonymous()?))?, "no certificate");
    Ok(())
}

/// A plugin process that the test itself started, as a server starts it.
struct Launched {
    child: Child,
    socket: PathBuf,
}

impl Launched {
    fn start(certificate: &Certificate, folder: &Path) -> Result<Self> {
        let mut child = Command::new(distribution()?.plugin_directory.join(PACKAGE))
            .env("VAULT_BACKEND_PLUGIN", "6669da05-b1c8-4f49-97d9-c8e5bed98e20")
            .env("PLUGIN_PROTOCOL_VERSIONS", "5")
            .env("PLUGIN_CLIENT_CERT", &certificate.pem)
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the plugin")?;
        let output = child.stdout.take().context("its output")?;
        let mut launched = Self { child, socket: PathBuf::new() };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).context("reading the handshake line")?;
        let fields: Vec<_> = line.trim_end().split('|').collect();
        ensure!(fields.len() >= 6 && fields[2] == "unix", "the handshake line is {line:?}");
        launched.socket = PathBuf::from(fields[3]);
        Ok(launched)
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A server whose own address has a certificate of a private CA. A plugin that its fallback starts
//! fetches its key pair from that address.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::server::{ProductionServer, Settings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use xtask::tutorial::{NAME, PACKAGE};

use crate::on_every_server;
use crate::setting::{distribution, plugin, production_server};

on_every_server!(a_plugin_is_told_of_a_private_ca_by_an_argument);

/// Where every plugin is started in this way.
mod always {
    use super::without_the_argument_the_log_says_what_is_missing;

    mod on_oldest_vault {
        crate::on_server!(OldestVault: without_the_argument_the_log_says_what_is_missing);
    }
}

/// A CA's certificate, and one of it for 127.0.0.1.
fn certificates(folder: &Path) -> Result<(PathBuf, Settings)> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let (ca, ca_file) = (authority.self_signed(&key)?, folder.join("ca.pem"));
    fs::write(&ca_file, ca.pem())?;
    let issuer = Issuer::new(authority, key);
    let own_key = KeyPair::generate()?;
    let own = CertificateParams::new(["127.0.0.1".to_owned()])?.signed_by(&own_key, &issuer)?;
    let (certificate, key) = (folder.join("own.pem"), folder.join("own.key"));
    fs::write(&certificate, own.pem())?;
    fs::write(&key, own_key.serialize_pem())?;
    Ok((ca_file, Settings::new().https(certificate, key)))
}

/// A server with the secrets mock in its catalog, with these arguments.
fn server(
    binary: &ServerBinary,
    settings: Settings,
    arguments: &[String],
) -> Result<ProductionServer> {
    let server = production_server(binary, &distribution()?.plugin_directory, &[], settings)?;
    let entry = json!({
        "command": PACKAGE,
        "sha256": plugin()?.sha256,
        "version": format!("v{}", plugin()?.plugin.version),
        "args": arguments,
    });
    server.api().write(&format!("sys/plugins/catalog/secret/{NAME}"), &entry).success()?;
    Ok(server)
}

fn a_plugin_is_told_of_a_private_ca_by_an_argument(binary: &ServerBinary) -> Result<()> {
    let folder = tempfile::tempdir().context("a folder")?;
    let (ca, settings) = certificates(folder.path())?;
    let server = server(binary, settings, &[format!("-ca-cert={}", ca.display())])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let hello = json!({ "message": "Hello World" });
    api.write("mock/test", &hello).success()?;
    assert_eq!(api.read("mock/test").success()?.data, hello);
    Ok(())
}

fn without_the_argument_the_log_says_what_is_missing(binary: &ServerBinary) -> Result<()> {
    let folder = tempfile::tempdir().context("a folder")?;
    let (_, settings) = certificates(folder.path())?;
    let server = server(binary, settings, &[])?;
    let api = server.api();
    // The process of the first request is the first that asks the server for anything.
    api.enable_secrets("mock", NAME).success()?;
    let refused = api.read("mock/test");
    assert_eq!(refused.status, 500, "{refused:?}");
    server.log().wait_for("-ca-cert", Duration::from_secs(10))?;
    Ok(())
}

//! The host against a server: both get the same requests, and answer the same.
//!
//! The same executables run below both. The host has no HTTP of its own, so the comparison is
//! between what [`Client::of`] and [`Client::http`] answer: the request as a client makes it, and
//! everything in the answer that a client can see. What only HTTP can express, such as a body that
//! is not JSON, is not compared.

mod accepted;
mod rendered;
mod requests;
mod step;

use std::fmt::Write as _;

use anyhow::{Result, bail};
use cargo_vault_plugin::server::{Capability, ServerBinary};
use plugin_host::{Client, Host, Launch};
use serde_json::{Value, json};

use crate::example::Example;
use crate::on_the_newest_servers;
use step::{Kept, Step};

// The host is modelled on OpenBao, which has operations that Vault lacks.
on_the_newest_servers!(the_host_answers_as_the_server_does[Scan]);

/// The fewest requests that say something.
const FEWEST: usize = 500;

/// How many differences are shown.
const SHOWN: usize = 40;

fn the_host_answers_as_the_server_does(binary: &ServerBinary) -> Result<()> {
    let example = Example::start_all(binary, &["wire_backend", "auth_method"])?;
    let sha256 = example.sha256("wire_backend")?;
    let steps = requests::all(&sha256, &example.sha256("auth_method")?);
    assert!(steps.len() >= FEWEST, "only {} requests", steps.len());

    let run = tempfile::tempdir()?;
    let directory = run.path().to_owned();
    let host = Host::builder()
        .plugin_directory(example.plugins()?)
        .launch(move |path| Launch::new(path).directory(&directory))
        .resolves_paths(binary.can(Capability::CanonicalPaths))
        .build();
    host.system().change(|values| {
        values.plugin_environment.version.clone_from(&binary.version);
    });
    let server = &example.server;
    let (host, server) = plugin_host::test::block_on(async {
        let server = Client::http(server.address(), server.token());
        (answers(&Client::of(&host), &steps).await, answers(&server, &steps).await)
    });

    let mut accepted = accepted::Accepted::new();
    let mut report = String::new();
    let mut differences = 0_usize;
    for (step, (host, server)) in steps.iter().zip(host.iter().zip(&server)) {
        if host == server || accepted.accepts(step, host, server) {
            continue;
        }
        differences += 1;
        if differences <= SHOWN || std::env::var_os("ALL_DIFFERENCES").is_some() {
            let _ = writeln!(report, "{}\n  host:   {host}\n  server: {server}", step.shown());
        }
    }
    println!("{} requests, {differences} of them differ", steps.len());
    if differences > 0 {
        bail!("{differences} of {} requests differ:\n{report}", steps.len());
    }
    accepted.all_occurred()
}

/// The answers to a sequence of requests, as they are compared.
async fn answers(client: &Client, steps: &[Step]) -> Vec<Value> {
    // As on a server, the first root token has another name than those that are made with it.
    let wanted = json!({ "policies": ["root"] });
    let root = client.write("auth/token/create", wanted).await.auth.unwrap_or_default();
    let client = &client.with_token(&root.client_token);
    let mut kept = Kept::default();
    let mut answers = Vec::new();
    for step in steps {
        let answer = step::make(step, client, &mut kept).await;
        answers.push(rendered::rendered(&answer, &kept));
    }
    answers
}

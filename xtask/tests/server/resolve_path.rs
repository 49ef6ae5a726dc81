//! What newer servers ask before each request: the path as the plugin would spell it.

use anyhow::{Context, Result};
use cargo_vault_plugin::server::{Capability, ServerBinary};
use plugin_host::server::DevServer;
use plugin_host::{ApiRequest, BlockingClient};
use plugin_runtime::Operation;
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::{TRACED, dev_server};

on_every_server!(a_read_costs_one_short_answer_more_where_the_server_asks_for_the_path);

const READS: usize = 50;

/// The plugin's refusal, with which a server takes the path as it is.
const REFUSED: &str = "err=\"unsupported operation\"";

fn a_read_costs_one_short_answer_more_where_the_server_asks_for_the_path(
    binary: &ServerBinary,
) -> Result<()> {
    let server = dev_server(binary, TRACED)?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    api.enable_secrets("builtin", "kv").success()?;
    for mount in ["mock", "builtin"] {
        api.write(&format!("{mount}/key"), json!({ "message": "Hello World" })).success()?;
    }

    let earlier = answers(&server)?;
    let ours = storage_reads(&api, "mock")?;
    let builtin = storage_reads(&api, "builtin")?;
    // Neither the question nor the read reads more than the engine that needs no process.
    assert_eq!(ours, builtin, "reads of storage for {READS} requests");

    let (mut questions, mut reads) = answers(&server)?;
    questions.drain(..earlier.0.len());
    reads.drain(..earlier.1.len());
    let asks = binary.can(Capability::CanonicalPaths);
    println!(
        "{} requests took {:.1} ms, {} questions {:.1} ms",
        reads.len(),
        reads.iter().sum::<f64>(),
        questions.len(),
        questions.iter().sum::<f64>()
    );
    assert_eq!(reads.len(), READS, "one request of the plugin for each read");
    assert_eq!(questions.len(), if asks { READS } else { 0 }, "one question at most for each");
    // It reads no storage, so that it can't take longer but by chance.
    assert!(questions.iter().sum::<f64>() <= 1.5 * reads.iter().sum::<f64>());
    Ok(())
}

/// How often the server's storage was read for the reads of a mount.
fn storage_reads(api: &BlockingClient, mount: &str) -> Result<u64> {
    let path = format!("{mount}/key");
    // What is read once is in no client's count.
    api.read(&path).success()?;
    let before = barrier_reads(api)?;
    for _ in 1..READS {
        api.read(&path).success()?;
    }
    Ok(barrier_reads(api)? - before)
}

fn barrier_reads(api: &BlockingClient) -> Result<u64> {
    let metrics = ApiRequest::new(Operation::Read, "sys/metrics");
    let answer = api.request(metrics.data(json!({ "format": "prometheus" }))).success()?;
    let raw = answer.raw.context("metrics are text")?;
    let text = std::str::from_utf8(&raw.body)?;
    let line = text.lines().find(|line| line.starts_with("vault_barrier_get_count "));
    let count =
        line.and_then(|line| line.split(' ').nth(1)).context("no vault_barrier_get_count")?;
    count.parse().context("a count is a number")
}

/// The milliseconds that the plugin took: for questions, and for requests.
fn answers(server: &DevServer) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut questions, mut reads) = (Vec::new(), Vec::new());
    for line in server.log().lines_with("handle request: ") {
        let Some((_, took)) = line.split_once("took=") else { continue };
        let kind = if line.contains(REFUSED) { &mut questions } else { &mut reads };
        kind.push(milliseconds(took.trim_matches('"')).with_context(|| line.clone())?);
    }
    Ok((questions, reads))
}

/// A Go duration below a minute, in milliseconds.
fn milliseconds(text: &str) -> Option<f64> {
    let (number, factor) = [("µs", 1e-3), ("ns", 1e-6), ("ms", 1.0), ("s", 1e3)]
        .into_iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    Some(number.parse::<f64>().ok()? * factor)
}

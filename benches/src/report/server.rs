//! Both plugins mounted in one real server, driven through its HTTP API.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::TcpStream;

use super::cpu::Meter;
use super::latency::Percentiles;
use super::plugin::DOCUMENT;
use super::ratio::{Compared, median};
use super::result::{Cell, Row, Table, Target};
use super::{Result, memory};

/// How many clients, each with a connection and a request of its own.
const CLIENTS: usize = 64;

/// Where the server's own key-value engine is mounted.
const OWN: &str = "own";

/// A running server with both plugins mounted, ours at `ours/` and the peer at `peer/`, and its own
/// key-value engine at `own/`.
#[derive(Clone)]
pub struct Server {
    /// Where it listens: `127.0.0.1:8200`.
    pub address: String,
    /// A token that may use the mounts.
    pub token: String,
    /// Its process.
    pub pid: u32,
    /// The programs of our plugin and of the peer.
    pub programs: [String; 2],
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What a phase has shown.
#[derive(Clone, Copy, Debug, Default)]
struct Phase {
    throughput: f64,
    latency: Percentiles,
    server_cpu: f64,
    plugin_cpu: f64,
}

/// Returns the rows of this part of the report, and the server's own engine beside them.
///
/// # Errors
/// Fails if a request fails.
pub async fn measured(
    server: &Server,
    with_peer: bool,
    rounds: usize,
    quick: bool,
) -> Result<(Vec<Row>, Table)> {
    let total = if quick { 4_000 } else { 20_000 };
    let mounts: &[&str] = if with_peer { &["ours", "peer", OWN] } else { &["ours", OWN] };
    let mut gets: Vec<Vec<Phase>> = vec![Vec::new(); mounts.len()];
    let mut puts = gets.clone();
    for mount in mounts {
        phase(server, mount, &Method::PUT, total / 10).await?;
        phase(server, mount, &Method::GET, total / 10).await?;
    }
    for _ in 0..rounds {
        for ((mount, gets), puts) in mounts.iter().zip(&mut gets).zip(&mut puts) {
            gets.push(phase(server, mount, &Method::GET, total).await?);
            puts.push(phase(server, mount, &Method::PUT, total).await?);
        }
    }
    let each = |phases: &[Vec<Phase>], figure: &dyn Fn(&Phase) -> f64| {
        let of = |mount: &str| -> Vec<f64> {
            let index = mounts.iter().position(|other| *other == mount);
            index.into_iter().flat_map(|index| &phases[index]).map(figure).collect()
        };
        Compared::of(&of("ours"), &of("peer"))
    };
    let row = |key, title, unit, target, compared| Row { key, title, unit, target, compared };
    let at_least = Some(Target::AtLeast(2.0));
    let at_most = Some(Target::AtMost(0.65));
    let table = beside_its_own(mounts, &gets, &puts);
    let rows = vec![
        row(
            "server_throughput_64",
            "GET through the server, 64 clients",
            "requests/s",
            at_least,
            each(&gets, &|it| it.throughput),
        ),
        row(
            "server_cpu_per_get",
            "CPU of the server for a GET",
            "µs",
            at_most,
            each(&gets, &|it| it.server_cpu),
        ),
        row(
            "server_plugin_cpu_per_get",
            "CPU of the plugin for it",
            "µs",
            None,
            each(&gets, &|it| it.plugin_cpu),
        ),
        row(
            "server_p50_64",
            "latency of a GET: p50",
            "µs",
            None,
            each(&gets, &|it| it.latency.p50),
        ),
        row("server_p99_64", "p99", "µs", None, each(&gets, &|it| it.latency.p99)),
        row(
            "server_put_throughput_64",
            "PUT through the server, 64 clients",
            "requests/s",
            at_least,
            each(&puts, &|it| it.throughput),
        ),
        row(
            "server_cpu_per_put",
            "CPU of the server for a PUT",
            "µs",
            at_most,
            each(&puts, &|it| it.server_cpu),
        ),
        row(
            "server_plugin_cpu_per_put",
            "CPU of the plugin for it",
            "µs",
            None,
            each(&puts, &|it| it.plugin_cpu),
        ),
    ];
    Ok((rows, table))
}

/// Measures what the server needs for a request that no plugin answers: no plugin can be faster.
fn beside_its_own(mounts: &[&str], gets: &[Vec<Phase>], puts: &[Vec<Phase>]) -> Table {
    let rows = mounts.iter().zip(gets.iter().zip(puts)).map(|(mount, (gets, puts))| {
        let figures = [gets, puts].into_iter().flat_map(|phases| {
            let of = |figure: fn(&Phase) -> f64| {
                median(&phases.iter().map(figure).collect::<Vec<_>>()).into()
            };
            [of(|phase| phase.throughput), of(|phase| phase.server_cpu)]
        });
        let title = if *mount == OWN { "the server's own kv, in its process" } else { mount };
        [Cell::from(title)].into_iter().chain(figures).collect()
    });
    let head = ["", "GET, requests/s", "CPU of the server, µs", "PUT, requests/s", "CPU, µs"];
    Table {
        title: "Through the server, beside its own engine",
        about: format!(
            "{CLIENTS} clients, medians. What the server needs for its own engine, without a plugin \
             and without a call to one, is the least that it can need."
        ),
        head: head.map(str::to_owned).into(),
        rows: rows.collect(),
    }
}

async fn phase(server: &Server, mount: &str, method: &Method, total: usize) -> Result<Phase> {
    let each = total / CLIENTS;
    // The server's own engine has no program, and no child of the server that it could be.
    let program = match mount {
        "ours" => server.programs[0].as_str(),
        "peer" => server.programs[1].as_str(),
        _ => "",
    };
    let children = memory::children(server.pid)?;
    let plugins: Vec<Meter> = children
        .iter()
        .filter(|(_, name)| !program.is_empty() && name == program)
        .map(|(pid, _)| Meter::start(*pid))
        .collect::<Result<_>>()?;
    let meter = Meter::start(server.pid)?;
    let latencies = Arc::new(Mutex::new(Vec::with_capacity(total)));
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..CLIENTS {
        let (server, method, latencies) = (server.clone(), method.clone(), Arc::clone(&latencies));
        let uri = format!("/v1/{mount}/key{number}");
        clients.spawn(async move {
            let own = client(&server, &uri, &method, each).await?;
            latencies.lock().extend(own);
            Result::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    let elapsed = start.elapsed().as_secs_f64();
    let total = each * CLIENTS;
    let mut plugin_cpu = 0.0;
    for plugin in plugins {
        plugin_cpu += plugin.micros_per(total)?;
    }
    Ok(Phase {
        throughput: total as f64 / elapsed,
        latency: Percentiles::of(std::mem::take(&mut *latencies.lock())),
        server_cpu: meter.micros_per(total)?,
        plugin_cpu,
    })
}

/// Measures one connection, one request after the other.
async fn client(
    server: &Server,
    uri: &str,
    method: &Method,
    count: usize,
) -> Result<Vec<std::time::Duration>> {
    let stream = TcpStream::connect(&server.address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut latencies = Vec::with_capacity(count);
    for _ in 0..count {
        let body = if *method == Method::PUT { DOCUMENT } else { "" };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(http::header::HOST, &server.address)
            .header("X-Vault-Token", &server.token)
            .body(Full::new(Bytes::from_static(body.as_bytes())))?;
        let start = Instant::now();
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        latencies.push(start.elapsed());
        if !matches!(status, StatusCode::OK | StatusCode::NO_CONTENT) {
            return Err(format!("{uri}: {status}: {}", String::from_utf8_lossy(&body)).into());
        }
    }
    drop(sender);
    connection.await??;
    Ok(latencies)
}

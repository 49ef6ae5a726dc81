//! Where the CPU of a request goes, by layer, at both ends.

use std::path::Path;
use std::time::Instant;

use plugin_host::{MountedBackend, TlsMode};
use plugin_runtime::{Data, Operation};

use super::Result;
use super::cpu::{kernel_share, ticks};
use super::plugin::{DOCUMENT, Plugin, load, request};
use super::ratio::median;
use super::result::{Cell, Table};
use crate::mount::Mount;

/// Microseconds of CPU for a read, in one process.
#[derive(Clone, Copy, Debug)]
struct Cost {
    kernel: f64,
    user: f64,
}

/// Both ends of one load.
#[derive(Clone, Copy, Debug)]
struct Ends {
    plugin: Cost,
    driver: Cost,
}

/// Measures where the CPU of a read goes. `program` is our plugin, which may be run without TLS:
/// what that saves in user mode is TLS's. The kernel's share is its own account. The framework and
/// the engine are what the same request takes in this process. What is left is everything between.
///
/// # Errors
/// Fails if the plugin fails.
pub async fn table(program: &Path, rounds: usize, requests: usize) -> Result<Table> {
    let encrypted = Served::new(program, TlsMode::Auto).await?;
    let plain = Served::new(program, TlsMode::Plaintext).await?;
    let engine = in_process(requests)?;
    let mut columns = Vec::new();
    for in_flight in [1, 64] {
        let total = if in_flight == 1 { requests / 4 } else { requests };
        let (mut with_tls, mut without) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            with_tls.push(encrypted.reads(in_flight, total).await?);
            without.push(plain.reads(in_flight, total).await?);
        }
        columns.push(column(|ends| ends.plugin, Some(engine), &with_tls, &without));
        columns.push(column(|ends| ends.driver, None, &with_tls, &without));
    }
    encrypted.plugin.host().seal().await;
    plain.plugin.host().seal().await;
    let layers = [
        "the kernel: system calls, wake-ups",
        "TLS",
        "HTTP/2, gRPC, protobuf, the runtime",
        "the framework and the engine",
        "all",
    ];
    let rows = layers.iter().enumerate().map(|(index, layer)| {
        let figures = columns.iter().map(|column| column[index].clone());
        [Cell::from(*layer)].into_iter().chain(figures).collect()
    });
    let head = ["", "plugin, 1 in flight", "driver, 1", "plugin, 64 in flight", "driver, 64"];
    Ok(Table {
        title: "Where the CPU of a read goes",
        about: "Microseconds for a read with one call to storage, by layer, in our plugin and in \
                the driver, whose part includes its storage. TLS is the difference to the same \
                load without it."
            .to_owned(),
        head: head.map(str::to_owned).into(),
        rows: rows.collect(),
    })
}

fn column(
    end: fn(&Ends) -> Cost,
    engine: Option<f64>,
    with_tls: &[Ends],
    without: &[Ends],
) -> [Cell; 5] {
    let of = |all: &[Ends], figure: fn(Cost) -> f64| {
        median(&all.iter().map(|ends| figure(end(ends))).collect::<Vec<_>>()).unwrap_or_default()
    };
    let (kernel, user) = (of(with_tls, |cost| cost.kernel), of(with_tls, |cost| cost.user));
    let plain = of(without, |cost| cost.user);
    let rest = plain - engine.unwrap_or_default();
    [kernel.into(), (user - plain).into(), rest.into(), engine.into(), (kernel + user).into()]
}

/// The plugin with one mount, and a document in it.
struct Served {
    plugin: Plugin,
    mount: MountedBackend,
}

impl Served {
    async fn new(program: &Path, tls: TlsMode) -> Result<Self> {
        let plugin = Plugin::register("layers", program, tls).await?;
        let mount = plugin.mount("m").await?;
        mount.handle(&request("update", "key", DOCUMENT)).await?;
        let served = Self { plugin, mount };
        served.reads(64, 2_000).await?;
        Ok(served)
    }

    async fn reads(&self, in_flight: usize, total: usize) -> Result<Ends> {
        let process = self.plugin.process()?;
        let (pid, own) = (process.pid(), std::process::id());
        let before = [ticks(pid)?, ticks(own)?];
        let mounts = std::slice::from_ref(&self.mount);
        let read = request("read", "key", "null");
        let load = load(mounts, &process, &read, in_flight, total).await?;
        let split =
            |all: f64, kernel: f64| Cost { kernel: all * kernel, user: all * (1.0 - kernel) };
        Ok(Ends {
            plugin: split(load.plugin_cpu, kernel_share(pid, before[0])?),
            driver: split(load.driver_cpu, kernel_share(own, before[1])?),
        })
    }
}

/// Measures a read in microseconds, in this process, with storage in memory.
fn in_process(requests: usize) -> Result<f64> {
    let mount = Mount::new(backend_kv_mock::engine().build()?);
    mount.handle_now(Operation::Update, "key", &Data::from_text(DOCUMENT)?)?;
    let none = Data::none();
    let mut start = Instant::now();
    for request in 0..requests * 2 {
        // The first half is a warm-up.
        if request == requests {
            start = Instant::now();
        }
        std::hint::black_box(mount.handle_now(Operation::Read, "key", &none)?);
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / requests as f64)
}

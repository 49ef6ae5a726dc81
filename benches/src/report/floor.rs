//! The floor: the same bytes back and forth over a Unix socket between two processes, and nothing
//! else. Whatever carries requests between two processes costs at least that.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::Result;
use super::cpu::Meter;
use super::latency::Percentiles;
use super::measure::{Found, Round};
use super::plugin::Load;
use super::ratio::median;
use super::result::Table;

/// The bytes of a request with its headers and TLS, and of its answer, about.
pub const MESSAGE: usize = 400;

/// The first argument of this program when it is to be the other end.
pub const ARGUMENT: &str = "floor-child";

/// What the ping-pong has shown.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// Round trips in a second.
    pub throughput: f64,
    /// How long each took.
    pub latency: Percentiles,
    /// Microseconds of CPU for each round trip, at both ends together.
    pub cpu: f64,
}

/// Echoes messages, as the other end, until the connection ends. `batch` messages are read before
/// any is answered, which are as many as are under way.
///
/// # Errors
/// Fails if the socket fails.
pub fn echo(socket: &Path, batch: usize) -> Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    let mut buffer = vec![0; MESSAGE * batch];
    while stream.read_exact(&mut buffer).is_ok() {
        stream.write_all(&buffer)?;
    }
    Ok(())
}

/// Runs `rounds` exchanges of `batch` messages, each written and read at once.
///
/// # Errors
/// Fails if the other end cannot be started.
pub fn measure(program: &Path, batch: usize, rounds: usize) -> Result<Floor> {
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("floor");
    let listener = UnixListener::bind(&socket)?;
    let child = Command::new(program)
        .args([ARGUMENT, &socket.to_string_lossy(), &batch.to_string()])
        .stdin(Stdio::null())
        .spawn()?;
    let mut child = Ended(child);
    let (mut stream, _) = listener.accept()?;
    let mut buffer = vec![7; MESSAGE * batch];
    for _ in 0..rounds / 10 {
        stream.write_all(&buffer)?;
        stream.read_exact(&mut buffer)?;
    }
    let meters = [Meter::start(std::process::id())?, Meter::start(child.0.id())?];
    let mut latencies = Vec::with_capacity(rounds);
    let start = Instant::now();
    for _ in 0..rounds {
        let start = Instant::now();
        stream.write_all(&buffer)?;
        stream.read_exact(&mut buffer)?;
        latencies.push(start.elapsed());
    }
    let total = rounds * batch;
    let throughput = total as f64 / start.elapsed().as_secs_f64();
    let cpu = meters[0].micros_per(total)? + meters[1].micros_per(total)?;
    drop(stream);
    child.0.wait()?;
    Ok(Floor { throughput, latency: Percentiles::of(latencies), cpu })
}

/// Measures a request without storage beside the ping-pong, with one and with 64 under way.
#[must_use]
pub fn table(found: &[Found], floors: &[[Floor; 2]]) -> Table {
    let both_ends = |found: &Found, load: &dyn Fn(&Round) -> Load| {
        let cost = |round| load(round).plugin_cpu + load(round).driver_cpu;
        median(&found.rounds.iter().map(cost).collect::<Vec<_>>())
    };
    let row = |index: usize, in_flight: usize, load: &dyn Fn(&Round) -> Load| {
        let figures = |figure: &dyn Fn(&Floor) -> f64| {
            let each: Vec<f64> = floors.iter().map(|both| figure(&both[index])).collect();
            median(&each)
        };
        let floor = figures(&|floor| floor.cpu);
        let ours = found.first().and_then(|found| both_ends(found, load));
        let peer = found.get(1).and_then(|found| both_ends(found, load));
        vec![
            in_flight.into(),
            floor.into(),
            ours.into(),
            ours.zip(floor).map(|(ours, floor)| ours / floor).into(),
            peer.into(),
            figures(&|floor| floor.latency.p50).into(),
        ]
    };
    let head = ["in flight", "ping-pong", "ours", "ours ÷ ping-pong", "peer", "ping-pong p50, µs"];
    Table {
        title: "Against the floor",
        about: format!(
            "Microseconds of CPU at both ends for a request without storage, beside a ping-pong of \
             {MESSAGE} bytes each way over a Unix socket. With 64 in flight one write of the \
             ping-pong carries all 64."
        ),
        head: head.map(str::to_owned).into(),
        rows: vec![row(0, 1, &|round| round.bare_1), row(1, 64, &|round| round.bare_64)],
    }
}

/// A process that is killed with this value, if it still runs.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Fails when it has ended, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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

/// The other end: echoes until nobody is there. `batch` messages are read before any is answered,
/// which are as many as are under way.
///
/// # Errors
/// When the socket fails.
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
/// When the other end can't be started.
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

/// A process that is killed with this value, if it still runs.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Fails when it has ended, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

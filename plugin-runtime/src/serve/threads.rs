//! The two threads of a plugin: one handles requests. The main thread watches signals, so that it
//! can end the process while a request blocks the other one.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::lifecycle::Leave;
use super::process::{StartError, cannot_start};
use super::signals::{Ending, Signals};
use crate::handshake::Network;

/// The stack of the thread that handles requests: as large as that of a main thread by default.
/// Only used pages need memory.
const STACK: usize = 8 * 1024 * 1024;

/// How long the thread that handles requests may take to exit at a signal. It takes milliseconds,
/// unless a request blocks it.
const HELD: Duration = Duration::from_millis(500);

/// The exit code after a signal that reports a fault, as in Go's runtime.
const FAULT: u8 = 2;

/// Returns the name for a thread of a plugin.
///
/// If a stack overflows, the standard library prints the thread's name in a single line and aborts.
/// Servers log lines of an unknown form at DEBUG, except for a line that starts like a crash report
/// of Go, and the lines that follow it. The system shows the first 15 bytes of the name, which are
/// `short`.
pub(super) fn name(short: &str) -> String {
    format!("{short}\nfatal error: the thread '{short}")
}

/// What connects the thread that handles requests to the main thread.
#[derive(Debug)]
pub(super) struct Control {
    caught: oneshot::Receiver<()>,
    ending: oneshot::Receiver<Ending>,
    started: Option<oneshot::Sender<()>>,
    socket: Arc<OnceLock<PathBuf>>,
}

impl Control {
    /// Resolves when signals are handled: from then on there may be a socket.
    pub(super) async fn signals_are_caught(&mut self) -> Result<(), StartError> {
        // The main thread drops its end if it cannot handle signals, and reports the reason.
        (&mut self.caught).await.map_err(|_| StartError::NoSignals)
    }

    /// Notes the address that the plugin listens on.
    pub(super) fn listens_on(&self, network: &Network) {
        if let Network::Unix(path) = network {
            // Set once: a process has one listener.
            let _ = self.socket.set(PathBuf::from(path));
        }
    }

    /// Notes that the server knows the address.
    pub(super) fn has_started(&mut self) {
        if let Some(started) = self.started.take() {
            // Fails if a signal is ending the process.
            let _ = started.send(());
        }
    }

    /// Resolves with a signal at which the plugin exits.
    pub(super) async fn ending(&mut self) -> Ending {
        match (&mut self.ending).await {
            Ok(ending) => ending,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Runs `requests` on a thread of its own until it returns, or a signal ends the process.
pub(super) fn run<F>(requests: F) -> Result<ExitCode, StartError>
where
    F: FnOnce(Control) -> Result<Leave, StartError> + Send + 'static,
{
    let (catch, caught) = oneshot::channel();
    let (end, ending) = oneshot::channel();
    let (start, started) = oneshot::channel();
    let (leave, left) = oneshot::channel();
    let socket = Arc::<OnceLock<PathBuf>>::default();
    let control = Control { caught, ending, started: Some(start), socket: Arc::clone(&socket) };
    let thread = thread::Builder::new()
        .name(name("plugin-requests"))
        .stack_size(STACK)
        .spawn(move || {
            // The main thread waits for this, or the process is ending anyway.
            let _ = leave.send(requests(control));
        })
        .map_err(cannot_start)?;
    match watch(catch, end, started, left)? {
        Watched::Left(left) => {
            // The thread is about to end; a panic has been logged.
            let _ = thread.join();
            left.map(exit_code)
        }
        Watched::Held(signal) => {
            if let Some(socket) = socket.get() {
                // The process is ending: nothing can be done if the socket cannot be removed.
                let _ = std::fs::remove_file(socket);
            }
            Ok(exit_code(Leave::Signal(signal)))
        }
    }
}

/// The state of the thread that handles requests.
enum Watched {
    /// It has exited.
    Left(Result<Leave, StartError>),
    /// It should exit at this signal, but a request blocks it.
    Held(Ending),
}

impl Watched {
    fn of(left: Result<Result<Leave, StartError>, oneshot::error::RecvError>) -> Self {
        // Only a panic drops the sender unused.
        Self::Left(left.unwrap_or(Err(StartError::Panicked)))
    }
}

fn watch(
    catch: oneshot::Sender<()>,
    end: oneshot::Sender<Ending>,
    mut started: oneshot::Receiver<()>,
    mut left: oneshot::Receiver<Result<Leave, StartError>>,
) -> Result<Watched, StartError> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build();
    let runtime = runtime.map_err(cannot_start)?;
    runtime.block_on(async move {
        let mut signals = Signals::listen().map_err(cannot_start)?;
        // Fails if the thread has already ended, which `left` reports.
        let _ = catch.send(());
        let mut starting = true;
        let signal = loop {
            tokio::select! {
                biased;
                left = &mut left => return Ok(Watched::of(left)),
                signal = signals.ending() => break signal,
                _ = &mut started, if starting => {
                    starting = false;
                    signals.listen_for_real_time().map_err(cannot_start)?;
                }
            }
        };
        let _ = end.send(signal);
        match tokio::time::timeout(HELD, left).await {
            Ok(left) => Ok(Watched::of(left)),
            Err(_) => {
                tracing::warn!(
                    signal = signal.name(),
                    "ended by a signal while a request blocked the thread that handles requests"
                );
                Ok(Watched::Held(signal))
            }
        }
    })
}

fn exit_code(leave: Leave) -> ExitCode {
    match leave {
        Leave::Signal(signal) if !signal.is_orderly() => ExitCode::from(FAULT),
        _ => ExitCode::SUCCESS,
    }
}

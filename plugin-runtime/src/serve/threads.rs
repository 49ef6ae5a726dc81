//! The two threads of a plugin: one that handles requests, and the main thread, which watches signals
//! and so can end the process while a request holds the other.

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

/// The stack of the thread that handles requests: what a main thread has by default. Only used pages
/// take memory.
const STACK: usize = 8 * 1024 * 1024;

/// How long the thread that handles requests may take to leave at a signal. It takes milliseconds,
/// unless a request holds it.
const HELD: Duration = Duration::from_millis(500);

/// The exit code after a signal that reports a fault, as Go's runtime has it.
const FAULT: u8 = 2;

/// Returns the name for a thread of a plugin.
///
/// When a stack overflows, the standard library prints the thread's name in the one line that says so,
/// and aborts. Servers log a line of no known form at DEBUG, except for one that starts as the report
/// of a crash in Go does, and the lines that follow it. The system shows the first 15 bytes of the
/// name, which are `short`.
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
    /// Resolves when signals are caught: from here on there may be a socket.
    pub(super) async fn signals_are_caught(&mut self) -> Result<(), StartError> {
        // The main thread drops its end when it can't catch signals, and reports why.
        (&mut self.caught).await.map_err(|_| StartError::NoSignals)
    }

    /// Says where the plugin listens.
    pub(super) fn listens_on(&self, network: &Network) {
        if let Network::Unix(path) = network {
            // Set once: a process has one listener.
            let _ = self.socket.set(PathBuf::from(path));
        }
    }

    /// Says that the server knows where the plugin listens.
    pub(super) fn has_started(&mut self) {
        if let Some(started) = self.started.take() {
            // Fails when a signal is ending the process.
            let _ = started.send(());
        }
    }

    /// Resolves with a signal at which the plugin leaves.
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
            // The main thread stays until this has been received, or the process is ending anyway.
            let _ = leave.send(requests(control));
        })
        .map_err(cannot_start)?;
    match watch(catch, end, started, left)? {
        Watched::Left(left) => {
            // It has nothing left to do but to end; a panic has been logged.
            let _ = thread.join();
            left.map(exit_code)
        }
        Watched::Held(signal) => {
            if let Some(socket) = socket.get() {
                // The process is ending: nothing can be done about a socket that stays.
                let _ = std::fs::remove_file(socket);
            }
            Ok(exit_code(Leave::Signal(signal)))
        }
    }
}

/// The state of the thread that handles requests.
enum Watched {
    /// It has left.
    Left(Result<Leave, StartError>),
    /// It should leave at this signal, and a request holds it.
    Held(Ending),
}

impl Watched {
    fn of(left: Result<Result<Leave, StartError>, oneshot::error::RecvError>) -> Self {
        // The sender is only dropped unused by a panic.
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
        // Fails when the thread has ended already, which `left` tells.
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
                    "ended by a signal while a request held the thread that handles requests"
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

//! The effect of signals on a plugin: the same as on a Go plugin, except that no socket is left
//! behind.
//!
//! Servers, their operators and process groups send signals with Go programs in mind, whose runtime
//! ignores most of them: a server dumps its stacks at SIGUSR2, and a signal that is sent by name or
//! to a process group reaches its plugins too.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use nix::sys::signal::Signal;
use tokio::signal::unix::{self, SignalKind};

/// The effect of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The plugin exits.
    Leaves,
    /// Nothing.
    Ignored,
    /// The system's default action: the signal stops the process or does nothing, cannot be caught,
    /// or reports a fault of the program itself, after which no instruction may follow.
    Default,
}

/// The first real-time signal that programs may use. glibc and musl reserve those below; Go leaves
/// this one at its default action, since musl uses it too.
#[cfg(target_os = "linux")]
const FIRST_REAL_TIME: i32 = 34;

/// The last real-time signal.
#[cfg(target_os = "linux")]
const LAST_REAL_TIME: i32 = 64;

fn fate(signal: Signal) -> Fate {
    match signal {
        Signal::SIGHUP if hangup_was_ignored() => Fate::Default,
        Signal::SIGHUP
        | Signal::SIGQUIT
        | Signal::SIGTRAP
        | Signal::SIGABRT
        | Signal::SIGBUS
        | Signal::SIGTERM
        | Signal::SIGSYS => Fate::Leaves,
        #[cfg(target_os = "linux")]
        Signal::SIGSTKFLT => Fate::Leaves,
        Signal::SIGKILL
        | Signal::SIGSTOP
        | Signal::SIGILL
        | Signal::SIGFPE
        | Signal::SIGSEGV
        | Signal::SIGTSTP
        | Signal::SIGTTIN
        | Signal::SIGTTOU
        | Signal::SIGCONT
        | Signal::SIGCHLD
        | Signal::SIGPIPE
        | Signal::SIGURG
        | Signal::SIGWINCH => Fate::Default,
        // Ctrl-C in a terminal reaches both the server and its plugins. The server needs them until
        // it has shut down, and then orders them to exit.
        Signal::SIGINT => Fate::Ignored,
        _ => Fate::Ignored,
    }
}

/// Returns whether the process was started with SIGHUP ignored, as `nohup` does. It stays ignored.
#[cfg(target_os = "linux")]
fn hangup_was_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << (Signal::SIGHUP as u32 - 1) != 0)
}

#[cfg(not(target_os = "linux"))]
fn hangup_was_ignored() -> bool {
    false
}

/// A signal at which the plugin exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending(i32);

impl Ending {
    /// Returns the signal's name, or its number if it has none.
    pub(super) fn name(self) -> String {
        Signal::try_from(self.0).map_or_else(|_| format!("signal {}", self.0), |s| s.to_string())
    }

    /// Returns whether the signal only asks the plugin to end. The others report a fault, or are
    /// sent to a process that hangs.
    pub(super) fn is_orderly(self) -> bool {
        match Signal::try_from(self.0) {
            Ok(signal) => matches!(signal, Signal::SIGTERM | Signal::SIGHUP),
            Err(_) => true,
        }
    }
}

/// The handling of all signals. It stays in force after this value is dropped.
#[derive(Debug)]
pub(super) struct Signals {
    endings: Vec<(Ending, unix::Signal)>,
}

impl Signals {
    /// Sets the effect of each signal that has a name; must be called inside a Tokio runtime with
    /// I/O.
    pub(super) fn listen() -> io::Result<Self> {
        let mut signals = Self { endings: Vec::new() };
        for signal in Signal::iterator() {
            signals.set(signal as i32, fate(signal))?;
        }
        Ok(signals)
    }

    /// Sets the effect of the real-time signals, as [`Signals::listen`] does. There are many, each
    /// takes a moment, and hardly any program sends them, so they come after the steps that a
    /// server waits for.
    #[cfg(target_os = "linux")]
    pub(super) fn listen_for_real_time(&mut self) -> io::Result<()> {
        self.set(FIRST_REAL_TIME, Fate::Leaves)?;
        for number in FIRST_REAL_TIME + 1..=LAST_REAL_TIME {
            self.set(number, Fate::Ignored)?;
        }
        Ok(())
    }

    /// Does nothing: the system's real-time signals have no common numbers.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn listen_for_real_time(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn set(&mut self, number: i32, fate: Fate) -> io::Result<()> {
        if fate != Fate::Default {
            let caught = unix::signal(SignalKind::from_raw(number))?;
            if fate == Fate::Leaves {
                self.endings.push((Ending(number), caught));
            }
        }
        Ok(())
    }

    /// Resolves with the first signal at which the plugin exits.
    pub(super) async fn ending(&mut self) -> Ending {
        poll_fn(|cx| {
            let mut endings = self.endings.iter_mut();
            let received = endings.find_map(|(ending, signal)| {
                matches!(signal.poll_recv(cx), Poll::Ready(Some(()))).then_some(*ending)
            });
            received.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

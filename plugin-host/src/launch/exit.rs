//! The end of a process: waited for, brought about, and never left to others.

use std::fmt;
use std::future::Future;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use super::socket::OwnSocket;
use parking_lot::Mutex;
use tokio::process::Child;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How long what a process wrote last is waited for once it has ended. Only a process that it
/// started in a session of its own can hold the pipes open that long.
pub(super) const LAST_OUTPUT: Duration = Duration::from_millis(200);

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exited {
    status: Option<ExitStatus>,
}

impl Exited {
    pub(super) fn of(status: ExitStatus) -> Self {
        Self { status: Some(status) }
    }

    /// Returns the exit code; `None` when a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Returns whether it ended with code 0.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

impl fmt::Display for Exited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => status.fmt(f),
            None => f.write_str("exit status unknown"),
        }
    }
}

/// Owns a process and the tasks that read its output. When the last one goes, the process is
/// killed and reaped.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pid: u32,
    exited: watch::Receiver<Option<Exited>>,
    readers: TaskTracker,
    /// Ends readers whose pipe others hold open.
    readers_stop: CancellationToken,
    leftover: Arc<Mutex<Option<OwnSocket>>>,
    patience: Duration,
    kill: CancellationToken,
    _kill_at_last: Arc<DropGuard>,
}

impl Keeper {
    pub(super) fn new(mut child: Child, patience: Duration) -> Self {
        let pid = child.id().unwrap_or_default();
        let (sender, exited) = watch::channel(None);
        let kill = CancellationToken::new();
        let killed = kill.clone();
        let readers = TaskTracker::new();
        let readers_stop = CancellationToken::new();
        let leftover: Arc<Mutex<Option<OwnSocket>>> = Arc::default();
        let (output, stop, left) = (readers.clone(), readers_stop.clone(), Arc::clone(&leftover));
        tokio::spawn(async move {
            tokio::select! {
                () = ended(&mut child, pid) => {}
                () = killed.cancelled() => {
                    // Fails only when it has ended already, which is what is wanted.
                    let _ = child.start_kill();
                }
            }
            // What it started itself may still hold its output open. The process has not been
            // reaped, so that its id, which is the group's, cannot be another's by now.
            kill_group(pid);
            let status = child.wait().await;
            // A caller that sees the end finds the whole log.
            output.close();
            let _ = tokio::time::timeout(LAST_OUTPUT, output.wait()).await;
            stop.cancel();
            let leftover = left.lock().take();
            if let Some(socket) = leftover {
                socket.remove();
            }
            sender.send_replace(Some(Exited { status: status.ok() }));
        });
        let guard = Arc::new(kill.clone().drop_guard());
        let _kill_at_last = guard;
        Self { pid, exited, readers, readers_stop, leftover, patience, kill, _kill_at_last }
    }

    /// Adds a task that reads the process's output, and ends with it.
    pub(super) fn read(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.readers_stop.clone();
        self.readers.spawn(async move {
            tokio::select! {
                biased;
                () = task => {}
                () = stop.cancelled() => {}
            }
        });
    }

    /// Removes the socket, which a killed process leaves behind, when the process has ended.
    pub(super) fn remove_at_exit(&self, socket: OwnSocket) {
        *self.leftover.lock() = Some(socket);
    }

    /// Returns a handle that kills the process, but does not keep it alive as the keeper does.
    pub(crate) fn killer(&self) -> CancellationToken {
        self.kill.clone()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns how the process ended, if it has.
    pub(crate) fn exited_by_now(&self) -> Option<Exited> {
        *self.exited.borrow()
    }

    /// Resolves when the process has ended and was reaped.
    pub(crate) async fn exited(&self) -> Exited {
        let mut exited = self.exited.clone();
        match exited.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(exited)) => *exited,
            // The runtime is being torn down, and the process with it.
            _ => Exited { status: None },
        }
    }

    pub(crate) async fn wait(&self, patience: Duration) -> Option<Exited> {
        tokio::time::timeout(patience, self.exited()).await.ok()
    }

    /// Waits as long as a server does; `None` when the process is still there.
    pub(crate) async fn left(&self) -> Option<Exited> {
        self.wait(self.patience).await
    }

    /// Kills the process and what it started, and resolves when it was reaped.
    pub(crate) async fn kill(&self) -> Exited {
        self.kill_now();
        self.exited().await
    }

    /// Kills the process without waiting.
    pub(crate) fn kill_now(&self) {
        self.kill.cancel();
    }
}

/// Resolves when the process has ended, and leaves it to be reaped.
#[cfg(target_os = "linux")]
async fn ended(child: &mut Child, pid: u32) {
    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
    use nix::unistd::Pid;
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(id) = i32::try_from(pid) else { return };
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    let Ok(mut children) = signal(SignalKind::child()) else {
        // Without signals it can only be reaped.
        let _ = child.wait().await;
        return;
    };
    // An error says that there is no such child any more.
    while matches!(waitid(Id::Pid(Pid::from_raw(id)), look), Ok(WaitStatus::StillAlive)) {
        if children.recv().await.is_none() {
            let _ = child.wait().await;
            return;
        }
    }
}

#[cfg(not(target_os = "linux"))]
async fn ended(child: &mut Child, _: u32) {
    let _ = child.wait().await;
}

#[cfg(unix)]
fn kill_group(pid: u32) {
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    // The process was made the leader of a group of its own. Numbers 0 and 1 mean other things.
    if let Ok(pid @ 2..) = i32::try_from(pid) {
        // Fails when no process is left in the group, which is what is wanted.
        let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_: u32) {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_that_was_seen_to_end_keeps_its_id_until_it_is_reaped() {
        for body in ["exit 3", "sleep 0.05; exit 3", "kill -9 $$"] {
            let shell = tokio::process::Command::new("sh").args(["-c", body]).spawn();
            let mut child = shell.unwrap();
            let pid = child.id().unwrap();
            ended(&mut child, pid).await;
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            assert!(status.contains("State:\tZ"), "{body}: {status}");
            let status = child.wait().await.unwrap();
            assert!(!status.success(), "{body}: {status}");
        }
    }
}

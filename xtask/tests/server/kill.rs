//! A plugin that is killed, and a server that hasn't noticed it yet.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use plugin_host::Answer;
use plugin_host::server::ServerProcess;

/// How long a server on a busy machine may take to notice the end of a process.
const NOTICED: Duration = Duration::from_secs(10);

/// Sends SIGKILL to a process.
pub(crate) fn kill(pid: u32) -> Result<()> {
    signal::kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGKILL).context("sending SIGKILL")
}

/// Kills the only plugin and waits until the server reports it; returns its process id.
pub(crate) fn kill_plugin(server: &ServerProcess) -> Result<u32> {
    let told = || server.log().lines_with("plugin process exited").len();
    let before = told();
    let plugin = server.wait_for_plugins(1, Duration::from_secs(10))?[0];
    kill(plugin)?;
    let start = Instant::now();
    while told() == before {
        if start.elapsed() > NOTICED {
            bail!("the server did not see the kill:\n{}", server.log().tail(15));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(plugin)
}

/// Returns the first answer that isn't a refused connection.
///
/// A server logs that a plugin's process is gone, and takes note of it a moment later: in between
/// it sends requests to the dead socket. Those had no effect, so they can be sent again.
pub(crate) fn once_noticed(mut request: impl FnMut() -> Answer) -> Answer {
    let start = Instant::now();
    loop {
        let answer = request();
        if !answer.error_text().contains("code = Unavailable") || start.elapsed() > NOTICED {
            return answer;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

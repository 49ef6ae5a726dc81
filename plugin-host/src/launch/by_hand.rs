//! A plugin as a person starts it from a shell: without a server's cookie.

use std::process::Stdio;

use tokio::process::Command;

use super::{Cookie, Exited, Launch, LaunchError, environment};

/// What a plugin did that was started without a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ByHand {
    /// What it printed on stdout; for a plugin, nothing.
    pub stdout: String,
    /// What it told the person, on stderr.
    pub stderr: String,
    /// How it ended; `None` when it was still there after the time to start.
    pub exited: Option<Exited>,
}

impl Launch {
    /// Runs the plugin as a person would who does not know what it is: without a cookie and
    /// without a handshake. A plugin says what it is on stderr and leaves with code 1. What has
    /// not left after the time to start is killed.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be executed, or its output cannot be read.
    pub async fn run_by_hand(&self) -> Result<ByHand, LaunchError> {
        let started = self.clone().cookie(Cookie::None);
        let failed = |source| LaunchError::Spawn { path: self.command.clone(), source };
        // A bare name would be looked for in PATH.
        let path = std::path::absolute(&self.command).map_err(failed)?;
        let mut command = Command::new(path);
        command
            .args(&self.args)
            .env_clear()
            .envs(environment::variables(&started, None))
            .env_remove("PLUGIN_PROTOCOL_VERSIONS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let output = command.spawn().map_err(failed)?.wait_with_output();
        let Ok(output) = tokio::time::timeout(self.start_timeout, output).await else {
            return Ok(ByHand { stdout: String::new(), stderr: String::new(), exited: None });
        };
        let output = output.map_err(failed)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(ByHand {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            exited: Some(Exited::of(output.status)),
        })
    }
}

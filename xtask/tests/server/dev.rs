//! `cargo xtask dev` as a developer runs it.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cargo_vault_plugin::server::ServerBinary;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plugin_host::server::procfs;
use xtask::test::PLUGINS_VARIABLE;

use crate::on_every_server;

on_every_server!(ctrl_c_after_the_tutorial_leaves_no_process_and_no_socket);

/// Longer than it takes, building the plugins included where that is still to be done.
const PATIENCE: Duration = Duration::from_secs(420);

/// The command, and everything that it starts: known by a variable that all of them inherit.
struct Dev {
    command: Child,
    mark: String,
}

impl Dev {
    fn start(binary: &ServerBinary, folder: &Path) -> Result<Self> {
        // The folder is of this one alone: the same test runs on another server beside it.
        let (name, value) = ("XTASK_DEV_TEST", folder.display().to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("dev").arg("--server").arg(&binary.path);
        if env::var_os(PLUGINS_VARIABLE).is_none() {
            command.arg("--debug-build");
        }
        let command = command
            .env(name, &value)
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self { command, mark: format!("{name}={value}") })
    }

    /// What it prints up to a line that holds `end`.
    fn printed_until(&mut self, end: &'static str) -> Result<String> {
        let stdout = self.command.stdout.take().context("its output")?;
        let (lines, printed) = mpsc::channel();
        // Reads on after the line, so that the command never waits for its reader.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        let mut text = String::new();
        while !text.contains(end) {
            text.push_str(&printed.recv_timeout(PATIENCE).with_context(|| text.clone())?);
            text.push('\n');
        }
        Ok(text)
    }

    fn processes(&self) -> Result<Vec<u32>> {
        Ok(procfs::with_environment(&self.mark)?)
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        for pid in self.processes().unwrap_or_default() {
            if let Ok(pid) = i32::try_from(pid) {
                let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
        let _ = self.command.wait();
    }
}

/// The sockets anywhere below a folder.
fn sockets(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(sockets(&entry.path())),
            Ok(kind) if kind.is_socket() => found.push(entry.path().display().to_string()),
            _ => {}
        }
    }
    found
}

fn ctrl_c_after_the_tutorial_leaves_no_process_and_no_socket(binary: &ServerBinary) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("d").tempdir()?;
    let mut dev = Dev::start(binary, folder.path())?;
    let printed = dev.printed_until("until Ctrl-C")?;
    for part in ["Success! Enabled the mock secrets engine at: mock/", "Hello World"] {
        ensure!(printed.contains(part), "{part} is not in: {printed}");
    }
    ensure!(printed.contains("answers are the tutorial's"), "{printed}");
    ensure!(dev.processes()?.len() >= 3, "the command, the server and the plugin");
    ensure!(!sockets(folder.path()).is_empty(), "the plugin's socket");

    kill(Pid::from_raw(i32::try_from(dev.command.id())?), Signal::SIGINT)?;
    let status = dev.command.wait()?;
    ensure!(status.success(), "{status}");
    ensure!(dev.processes()?.is_empty(), "left: {:?}", dev.processes()?);
    let left = sockets(folder.path());
    ensure!(left.is_empty(), "left: {left:?}");
    Ok(())
}

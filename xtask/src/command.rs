//! Running programs that take long: a spinner on a terminal, plain lines elsewhere.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// What a program left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// All lines it wrote to stdout and stderr, in the order they arrived.
    pub output: String,
}

/// Runs `command` to its end under a spinner with the elapsed time and its last line.
///
/// Where stderr is not a terminal the lines are passed on as they come.
///
/// # Errors
/// When the program can't be started; `label` is named. A failing program is no error here: look
/// at [`Finished::status`].
pub fn run(label: &str, command: &mut Command) -> Result<Finished> {
    let spinner = spinner(label);
    run_under(&spinner, label, command, |_, line| {
        if !line.trim().is_empty() {
            spinner.set_message(line.trim().to_owned());
        }
    })
}

/// Like [`run`], with a bar of `total` bytes whose position `measure` tells while the program runs.
///
/// # Errors
/// As [`run`].
pub fn run_measured(
    label: &str,
    total: u64,
    command: &mut Command,
    measure: impl Fn() -> u64,
) -> Result<Finished> {
    let bar = bytes_bar(label, total);
    run_under(&bar, label, command, |tick, _| {
        if tick {
            bar.set_position(measure().min(total));
        }
    })
}

/// How often a bar is drawn anew while a program says nothing.
const TICK: Duration = Duration::from_millis(100);

fn run_under(
    bar: &ProgressBar,
    label: &str,
    command: &mut Command,
    mut on_event: impl FnMut(bool, &str),
) -> Result<Finished> {
    let plain = bar.is_hidden();
    if plain {
        terminal::note(label);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{label}: `{}` can't be started", command_name(command)))?;
    let lines = read_lines(&mut child);
    let mut output = String::new();
    loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                if plain {
                    terminal::note(&line);
                }
                on_event(false, &line);
                output.push_str(&line);
                output.push('\n');
            }
            Err(mpsc::RecvTimeoutError::Timeout) => on_event(true, ""),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait().with_context(|| format!("{label}: waiting for its end"))?;
    bar.finish_and_clear();
    if !plain && status.success() {
        terminal::note(&format!("{label}: done in {:.1?}", bar.elapsed()));
    }
    Ok(Finished { status, output })
}

/// The program's file name, for messages.
fn command_name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// One thread a stream, so that neither pipe can fill up and stop the program.
fn read_lines(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    receiver
}

fn spinner(label: &str) -> ProgressBar {
    if !terminal::shows_bars() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style).with_prefix(label.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}

fn bytes_bar(label: &str, total: u64) -> ProgressBar {
    if !terminal::shows_bars() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(
        "{prefix} [{elapsed}] {wide_bar} {bytes}/{total_bytes} ({eta} left)",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(total).with_style(style).with_prefix(label.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}

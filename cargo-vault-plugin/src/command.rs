//! Running programs that take long: a spinner on a terminal, plain lines elsewhere.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

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
/// Fails if the program cannot be started; `label` is named. A failing program is not an error
/// here: look at [`Finished::status`].
pub fn run(label: &str, command: &mut Command) -> Result<Finished> {
    let spinner = spinner(label);
    run_under(&spinner, label, command, |event| {
        show(&spinner, event);
        true
    })
}

/// Runs a program as [`run`] does, but `read` gets the lines of stdout, which are neither shown nor kept.
///
/// # Errors
/// As [`run`].
pub fn run_reading(
    label: &str,
    command: &mut Command,
    mut read: impl FnMut(&str),
) -> Result<Finished> {
    let spinner = spinner(label);
    run_under(&spinner, label, command, |event| {
        match event {
            Event::Stdout(line) => read(line),
            event => show(&spinner, event),
        }
        !matches!(event, Event::Stdout(_))
    })
}

fn show(spinner: &ProgressBar, event: Event<'_>) {
    if let Event::Stdout(line) | Event::Stderr(line) = event
        && !line.trim().is_empty()
    {
        spinner.set_message(line.trim().to_owned());
    }
}

/// How often a program that runs quietly is mentioned where there is no spinner.
const REMINDER: Duration = Duration::from_secs(30);

/// Runs a program as [`run`] does; where stderr is not a terminal its lines are not passed on, and
/// every 30 seconds one line says that it still runs.
///
/// # Errors
/// As [`run`].
pub fn run_quietly(label: &str, command: &mut Command) -> Result<Finished> {
    let spinner = spinner(label);
    let plain = spinner.is_hidden();
    let start = Instant::now();
    let mut reminders = 1;
    let mut lines = String::new();
    let mut finished = run_under(&spinner, label, command, |event| {
        show(&spinner, event);
        if plain && start.elapsed() > REMINDER * reminders {
            terminal::note(&format!("{label}: {} s", start.elapsed().as_secs()));
            reminders += 1;
        }
        if let Event::Stdout(line) | Event::Stderr(line) = event {
            lines.push_str(line);
            lines.push('\n');
        }
        false
    })?;
    finished.output = lines;
    Ok(finished)
}

/// Runs a program as [`run`] does, with a bar of `total` bytes whose position `measure` tells while the program runs.
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
    run_under(&bar, label, command, |event| {
        if matches!(event, Event::Tick) {
            bar.set_position(measure().min(total));
        }
        true
    })
}

/// How often a bar is drawn while a program says nothing.
const TICK: Duration = Duration::from_millis(100);

/// What happens while a program runs.
#[derive(Clone, Copy, Debug)]
enum Event<'a> {
    Stdout(&'a str),
    Stderr(&'a str),
    /// It has said nothing for a while.
    Tick,
}

/// A line, and whether it came from stderr.
#[derive(Debug)]
struct Line {
    text: String,
    is_error: bool,
}

/// Runs a program. `on_event` tells whether a line is shown and kept.
fn run_under(
    bar: &ProgressBar,
    label: &str,
    command: &mut Command,
    mut on_event: impl FnMut(Event<'_>) -> bool,
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
            Ok(Line { text, is_error }) => {
                let event = if is_error { Event::Stderr(&text) } else { Event::Stdout(&text) };
                if !on_event(event) {
                    continue;
                }
                if plain {
                    terminal::note(&text);
                }
                output.push_str(&text);
                output.push('\n');
            }
            Err(mpsc::RecvTimeoutError::Timeout) => drop(on_event(Event::Tick)),
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

/// Returns the program's file name, for messages.
fn command_name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Starts a thread for each stream, so that neither pipe can fill up and stop the program.
fn read_lines(child: &mut Child) -> mpsc::Receiver<Line> {
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>);
    let stderr = child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>);
    for (stream, is_error) in [(stdout, false), (stderr, true)] {
        let Some(stream) = stream else { continue };
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let text = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                if sender.send(Line { text, is_error }).is_err() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_not_kept() {
        let mut read = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo for the reader; echo for people >&2"]);
        let finished =
            run_reading("saying two lines", &mut command, |line| read.push(line.to_owned()));
        assert_eq!(read, ["for the reader"]);
        assert_eq!(finished.unwrap().output, "for people\n");
        let finished = run("saying two lines", &mut command).unwrap();
        assert!(finished.output.contains("for the reader"), "{}", finished.output);
        let finished = run_quietly("saying two lines", &mut command).unwrap();
        assert_eq!(finished.output.lines().count(), 2, "{}", finished.output);
    }
}

//! The session without a server, and then a prompt for more of its commands.

use std::io::{self, BufRead as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Session;
use crate::command_line::CommandLine as _;
use crate::dist::Distribution;
use crate::embedded::Embedded;
use crate::interrupt::Interrupt;
use crate::terminal::{note, say};

/// How often Ctrl-C is looked for while nothing is typed.
const TICK: Duration = Duration::from_millis(50);

/// Plays the session, and answers further commands unless `once` is set.
pub(super) fn run(distribution: &Distribution, session: &dyn Session, once: bool) -> Result<()> {
    let interrupted = Interrupt::register()?;
    let embedded = Embedded::new(&distribution.plugin_directory)?;
    say(&format!(
        "A host in this process, plugins from {}\n",
        distribution.plugin_directory.display()
    ));
    let played = session.play(&embedded, &|| interrupted.is_set());
    if !interrupted.is_set() {
        if let Err(error) = &played {
            note(&format!("error: {error:#}"));
        }
        if !once {
            prompt(&embedded, session, &interrupted);
        }
    }
    embedded.stop();
    if once && !interrupted.is_set() {
        return played.context("the session failed");
    }
    Ok(())
}

/// Answers commands from stdin until it ends, or until Ctrl-C.
fn prompt(embedded: &Embedded, session: &dyn Session, interrupted: &Interrupt) {
    say(&format!(
        "\nThe plugins stay mounted, with everything in memory. Type commands such as\n\n    \
         {}\n\nCtrl-C ends.",
        session.examples().join("\n    ")
    ));
    let (sender, lines) = mpsc::channel();
    // Blocked in a read, it ends with the process.
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    while !interrupted.is_set() {
        let line = match lines.recv_timeout(TICK) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let mut words = words(&line);
        if words.first().is_some_and(|word| word == embedded.name()) {
            words.remove(0);
        }
        if words.is_empty() {
            continue;
        }
        let output = embedded.run(&words);
        for text in [&output.stdout, &output.stderr] {
            if !text.trim().is_empty() {
                say(text.trim_end());
            }
        }
    }
}

/// Returns the words of a line; quotes hold blanks together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_blanks_together() {
        let found = words("write  mock/x message=\"Hello World\" other='a \"b\"' empty=''");
        assert_eq!(found, ["write", "mock/x", "message=Hello World", "other=a \"b\"", "empty="]);
        assert!(words("  ").is_empty());
    }
}

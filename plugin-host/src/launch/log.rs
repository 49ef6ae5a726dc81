//! A plugin's stderr: its log, line by line, into `tracing`.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::ChildStderr;

/// The longest line, in bytes; what is longer arrives in pieces. Servers have the same limit.
const LONGEST_LINE: usize = 64 * 1024;

/// How much of the log is kept, in bytes. The oldest goes first.
const MOST_KEPT: usize = 1024 * 1024;

/// What a kept line takes beside its text, in bytes, about: many short lines are many bytes too.
const COST_OF_LINE: usize = 256;

/// How many lines an error shows.
const SHOWN_LINES: usize = 12;

/// How much of a line an error shows, in characters.
const SHOWN_OF_LINE: usize = 400;

/// A level of hclog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// The finest detail.
    Trace,
    /// For debugging.
    Debug,
    /// What an operator may want to know.
    Info,
    /// Something is not as it should be, and goes on.
    Warn,
    /// Something failed.
    Error,
}

impl LogLevel {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "trace" => Self::Trace,
            "debug" => Self::Debug,
            "info" => Self::Info,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => return None,
        })
    }
}

/// One line of a plugin's log, as a server reads it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogLine {
    /// How important it is; lines of no known form are for debugging.
    pub level: LogLevel,
    /// What it says.
    pub message: String,
    /// Where it was said; empty if the plugin does not tell.
    pub module: String,
    /// Everything else that the plugin put beside it.
    pub fields: Map<String, Value>,
    /// The line as it was read, without its end.
    pub raw: String,
}

impl LogLine {
    /// Returns whether the plugin wrote it in hclog's JSON, which servers read level and fields of.
    /// They log any other line as one text.
    pub fn is_structured(&self) -> bool {
        structured(&self.raw).is_some()
    }

    /// Returns whether it begins what a program says when it crashes, in Go or in Rust.
    fn begins_a_crash(&self) -> bool {
        begins_a_crash_of_go(&self.raw) || self.message.contains("panicked at")
    }

    /// Returns what it says, with its fields, for people.
    fn shown(&self) -> String {
        let mut text = self.message.clone();
        if !self.fields.is_empty() {
            let _ = write!(text, ": {}", FieldsOf(self));
        }
        match text.char_indices().nth(SHOWN_OF_LINE) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }
}

/// Tells a crash's first line from the lines that belong to it.
#[derive(Debug, Default)]
struct Reader {
    crashed: bool,
}

impl Reader {
    /// Reads a line by the servers' rules.
    fn line(&mut self, raw: String) -> LogLine {
        structured(&raw).unwrap_or_else(|| self.plain(raw))
    }

    fn plain(&mut self, raw: String) -> LogLine {
        self.crashed |= begins_a_crash_of_go(&raw);
        let prefixes = [
            ("[TRACE]", LogLevel::Trace),
            ("[DEBUG]", LogLevel::Debug),
            ("[INFO]", LogLevel::Info),
            ("[WARN]", LogLevel::Warn),
            ("[ERROR]", LogLevel::Error),
        ];
        let prefixed = prefixes
            .iter()
            .find_map(|(prefix, level)| Some((raw.strip_prefix(prefix)?.trim_start(), *level)));
        let (message, level) = match prefixed {
            Some((message, level)) => (message.to_owned(), level),
            None if self.crashed => (raw.clone(), LogLevel::Error),
            None => (raw.clone(), LogLevel::Debug),
        };
        LogLine { level, message, module: String::new(), fields: Map::new(), raw }
    }
}

fn begins_a_crash_of_go(raw: &str) -> bool {
    raw.starts_with("panic: ") || raw.starts_with("fatal error: ")
}

/// Parses a line in hclog's JSON; returns `None` for any other.
fn structured(raw: &str) -> Option<LogLine> {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(raw) else { return None };
    let mut take = |key: &str| match fields.remove(key) {
        None => Some(String::new()),
        Some(Value::String(text)) => Some(text),
        // A server asserts the type, and falls over.
        Some(_) => None,
    };
    let message = take("@message")?;
    let level = take("@level")?;
    take("@timestamp")?;
    let module = take("@module")?;
    let level = LogLevel::from_name(&level)?;
    Some(LogLine { level, message, module, fields, raw: raw.to_owned() })
}

/// The end of a plugin's log. Cheap to clone; all clones see the same.
#[derive(Clone, Debug, Default)]
pub struct LogLines {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    bytes: usize,
}

impl LogLines {
    /// Returns what is kept: the last mebibyte, of which each line takes some, oldest line first.
    pub fn lines(&self) -> Vec<LogLine> {
        self.kept.lock().lines.iter().cloned().collect()
    }

    /// Returns whether any kept line, as it was read, holds this text.
    pub fn contains(&self, text: &str) -> bool {
        self.kept.lock().lines.iter().any(|line| line.raw.contains(text))
    }

    /// Returns what an error shows: the beginning of a crash, or else the last lines.
    pub(crate) fn telling_lines(&self) -> Vec<String> {
        let kept = self.kept.lock();
        let crash = kept.lines.iter().position(LogLine::begins_a_crash);
        let from = crash.unwrap_or_else(|| kept.lines.len().saturating_sub(SHOWN_LINES));
        kept.lines.iter().skip(from).take(SHOWN_LINES).map(LogLine::shown).collect()
    }

    /// Returns the line that says best why a process ended: the first of a crash, or else the last
    /// error.
    pub fn last_words(&self) -> Option<String> {
        let kept = self.kept.lock();
        let crash = kept.lines.iter().find(|line| line.begins_a_crash());
        let errors = || kept.lines.iter().rev().find(|line| line.level == LogLevel::Error);
        crash.or_else(errors).map(LogLine::shown)
    }

    fn add(&self, line: LogLine) {
        let mut kept = self.kept.lock();
        kept.bytes += line.raw.len() + COST_OF_LINE;
        kept.lines.push_back(line);
        while kept.bytes > MOST_KEPT {
            match kept.lines.pop_front() {
                Some(oldest) => kept.bytes -= oldest.raw.len() + COST_OF_LINE,
                None => break,
            }
        }
    }
}

/// Reads a log to its end.
pub(super) async fn read(stderr: ChildStderr, plugin: String, lines: LogLines) {
    let mut stderr = BufReader::with_capacity(LONGEST_LINE, stderr);
    let mut reader = Reader::default();
    loop {
        let (text, used) = match stderr.fill_buf().await {
            Ok([]) | Err(_) => return,
            Ok(bytes) => match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => (bytes.get(..end).map(lossy), end + 1),
                // The buffer is full, or the log ends here, or the line is still being written.
                None if bytes.len() >= LONGEST_LINE => (Some(lossy(bytes)), bytes.len()),
                None => match rest_of_line(&mut stderr).await {
                    Some(text) => (Some(text), 0),
                    None => return,
                },
            },
        };
        stderr.consume(used);
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        let line = reader.line(text);
        forward(&plugin, &line);
        lines.add(line);
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned()
}

/// Reads the rest of a line, up to its end or the limit.
async fn rest_of_line(stderr: &mut BufReader<ChildStderr>) -> Option<String> {
    let mut line = Vec::new();
    loop {
        let bytes = stderr.fill_buf().await.ok()?;
        if bytes.is_empty() {
            return (!line.is_empty()).then(|| lossy(&line));
        }
        let room = LONGEST_LINE.saturating_sub(line.len());
        let end = bytes.iter().take(room).position(|byte| *byte == b'\n');
        let taken = end.unwrap_or_else(|| bytes.len().min(room));
        line.extend(bytes.iter().take(taken));
        stderr.consume(taken + usize::from(end.is_some()));
        if end.is_some() || line.len() >= LONGEST_LINE {
            return Some(lossy(&line));
        }
    }
}

fn forward(plugin: &str, line: &LogLine) {
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                target: "plugin",
                plugin,
                module = line.module,
                fields = %FieldsOf(line),
                "{}",
                line.message
            )
        };
    }
    match line.level {
        LogLevel::Trace => event!(trace),
        LogLevel::Debug => event!(debug),
        LogLevel::Info => event!(info),
        LogLevel::Warn => event!(warn),
        LogLevel::Error => event!(error),
    }
}

/// `key=value` for each field.
struct FieldsOf<'a>(&'a LogLine);

impl std::fmt::Display for FieldsOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (key, value)) in self.0.fields.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(f, "{blank}{key}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_by_the_servers_rules() {
        let mut reader = Reader::default();
        let mut read = |raw: &str| {
            let line = reader.line(raw.to_owned());
            (line.level, line.message, line.module)
        };
        let json = r#"{"@level":"WARN","@message":"m","@module":"mod","@timestamp":"t","k":1}"#;
        assert_eq!(read(json), (LogLevel::Warn, "m".to_owned(), "mod".to_owned()));
        for (raw, level, message) in [
            ("[INFO]  started", LogLevel::Info, "started"),
            ("plain", LogLevel::Debug, "plain"),
            (r#"{"@level":5,"@message":"m"}"#, LogLevel::Debug, r#"{"@level":5,"@message":"m"}"#),
            (r#"{"@message":"m"}"#, LogLevel::Debug, r#"{"@message":"m"}"#),
            ("panic: oh", LogLevel::Error, "panic: oh"),
            ("goroutine 1", LogLevel::Error, "goroutine 1"),
            ("[DEBUG] still", LogLevel::Debug, "still"),
        ] {
            assert_eq!(read(raw), (level, message.to_owned(), String::new()), "{raw}");
        }
    }

    #[test]
    fn an_error_shows_fields_and_the_beginning_of_a_crash() {
        let lines = LogLines::default();
        let mut reader = Reader::default();
        let mut add = |raw: &str| lines.add(reader.line(raw.to_owned()));
        assert_eq!(lines.last_words(), None);
        add(r#"{"@level":"error","@message":"cannot start","error":"no space","@module":"m"}"#);
        assert_eq!(lines.telling_lines(), [r#"cannot start: error="no space""#]);
        assert_eq!(lines.last_words().unwrap(), r#"cannot start: error="no space""#);
        add("panic: nil map");
        for number in 0..100 {
            add(&format!("goroutine {number}"));
        }
        let shown = lines.telling_lines();
        assert_eq!((shown.len(), shown[0].as_str()), (SHOWN_LINES, "panic: nil map"));
        assert_eq!(lines.last_words().unwrap(), "panic: nil map");
    }

    #[test]
    fn the_log_is_bounded_and_loses_its_oldest_lines() {
        let lines = LogLines::default();
        let mut reader = Reader::default();
        for number in 0..40 {
            lines.add(reader.line(format!("{number} {}", "x".repeat(60_000))));
        }
        let kept = lines.lines();
        assert!(kept.len() < 20, "{}", kept.len());
        assert!(kept.last().unwrap().raw.starts_with("39 "));
        assert_eq!(lines.telling_lines().len(), SHOWN_LINES);
        for _ in 0..10_000 {
            lines.add(reader.line("x".to_owned()));
        }
        assert!(lines.lines().len() < 5000, "short lines take room as well");
    }
}

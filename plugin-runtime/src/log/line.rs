//! One line of a log in hclog's JSON.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::SystemTime;

use tracing::Level;
use tracing::field::{Field, Visit};

/// Servers read lines of 64 KiB; a longer one arrives in pieces that are not JSON.
const LONGEST_LINE: usize = 60 * 1024;

/// The fields of an event or a span as JSON: `,"key":value` for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    json: String,
    pub(super) message: String,
}

impl Fields {
    /// Adds fields that were recorded later.
    pub(super) fn append(&mut self, later: Self) {
        self.json.push_str(&later.json);
        if !later.message.is_empty() {
            self.message = later.message;
        }
    }

    fn push(&mut self, field: &Field, value: &serde_json::Value) {
        self.json.push(',');
        // hclog's own names start like this.
        let name = field.name();
        let reserved = name.starts_with('@');
        let name = if reserved { format!("_{name}") } else { name.to_owned() };
        self.json.push_str(&serde_json::Value::from(name).to_string());
        self.json.push(':');
        self.json.push_str(&value.to_string());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = text_of(format_args!("{value:?}"));
        if field.name() == "message" {
            self.message = text;
        } else {
            self.push(field, &text.into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.push(field, &value.into());
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.push(field, &text_of(format_args!("{value}")).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, &value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, &value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, &value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, &value.into());
    }
}

/// Returns the text of a value, whose `Debug` or `Display` is the backend's own code. If it fails
/// or panics, only its text is lost, and neither the line nor the request that logs it; the panic
/// hook logs the place.
pub(crate) fn text_of(value: fmt::Arguments<'_>) -> String {
    let mut text = String::new();
    match catch_unwind(AssertUnwindSafe(|| text.write_fmt(value))) {
        Ok(Ok(())) => {}
        Ok(Err(_)) => text.push_str("(its text cannot be formatted)"),
        Err(_) => text.push_str("(formatting its text panicked)"),
    }
    text
}

/// Returns the line of an event with its end of line. `spans` are the fields of the enclosing
/// spans, outermost first; if names are equal, the innermost counts.
pub(super) fn line<'a>(
    time: SystemTime,
    level: Level,
    module: &str,
    spans: impl Iterator<Item = &'a Fields>,
    event: &Fields,
) -> String {
    let mut fields: String = spans.map(|span| span.json.as_str()).collect();
    fields.push_str(&event.json);
    let whole = assemble(time, level, module, &event.message, &fields);
    if whole.len() <= LONGEST_LINE {
        return whole;
    }
    let message: String = event.message.chars().take(LONGEST_LINE / 16).collect();
    assemble(time, level, module, &message, r#","truncated":true"#)
}

fn assemble(time: SystemTime, level: Level, module: &str, message: &str, fields: &str) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        "{{\"@level\":\"{}\",\"@message\":{},\"@module\":{},\"@timestamp\":\"{}\"{fields}}}\n",
        name(level),
        text(message),
        text(module),
        humantime::format_rfc3339_micros(time),
    )
}

fn name(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

//! Answers as `bao` prints them: a table for people, JSON for programs.

use std::str::FromStr;

use plugin_host::Answer;
use serde_json::{Value, json};

/// What stands between two columns.
const GAP: &str = "    ";

/// How answers are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A table for people.
    #[default]
    Table,
    /// JSON for programs.
    Json,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "table" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            other => Err(format!("Invalid output format: {other}; there are table and json")),
        }
    }
}

/// Returns the fields of an answer, with its lease or token in front.
#[must_use]
pub(super) fn answer(answer: &Answer) -> String {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    if let Some(lease) = &answer.lease {
        row("lease_id", lease.id.clone());
        row("lease_duration", span(lease.duration.as_secs()));
        row("lease_renewable", lease.renewable.to_string());
    }
    if let Some(auth) = &answer.auth {
        row("token", auth.client_token.clone());
        row("token_accessor", auth.accessor.clone());
        row("token_duration", span(auth.lease_duration.as_secs()));
        row("token_renewable", auth.renewable.to_string());
        row("token_policies", format!("{:?}", auth.token_policies).replace(',', ""));
        row("identity_policies", format!("{:?}", auth.identity_policies).replace(',', ""));
        row("policies", format!("{:?}", auth.policies).replace(',', ""));
        for (name, value) in &auth.metadata {
            row(&format!("token_meta_{name}"), value.clone());
        }
    }
    for (name, value) in answer.data.as_object().into_iter().flatten() {
        row(name, plain(value));
    }
    columns(&["Key", "Value"], rows)
}

/// Returns the names in the answer to a list.
#[must_use]
pub(super) fn keys(answer: &Answer) -> String {
    columns(&["Keys"], answer.keys().into_iter().map(|key| vec![key]).collect())
}

/// Returns the whole answer in JSON.
#[must_use]
pub(super) fn json(answer: &Answer) -> String {
    let lease = answer.lease.clone().unwrap_or_default();
    let mut whole = json!({
        "request_id": "",
        "lease_id": lease.id,
        "lease_duration": lease.duration.as_secs(),
        "renewable": lease.renewable,
        "data": answer.data,
        "warnings": match answer.warnings.is_empty() {
            true => Value::Null,
            false => json!(answer.warnings),
        },
    });
    if let (Some(auth), Some(fields)) = (&answer.auth, whole.as_object_mut()) {
        let auth = json!({
            "client_token": auth.client_token,
            "accessor": auth.accessor,
            "policies": auth.policies,
            "token_policies": auth.token_policies,
            "identity_policies": auth.identity_policies,
            "metadata": auth.metadata,
            "orphan": auth.orphan,
            "entity_id": auth.entity_id,
            "lease_duration": auth.lease_duration.as_secs(),
            "renewable": auth.renewable,
        });
        fields.insert("auth".to_owned(), auth);
    }
    pretty(&whole)
}

/// Returns JSON over several lines.
#[must_use]
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// Formats rows below their headings, each column as wide as its widest cell.
#[must_use]
pub(super) fn columns(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut lines = vec![
        headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>(),
        headings.iter().map(|heading| "-".repeat(heading.len())).collect(),
    ];
    lines.extend(rows);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns a value in a table, as Go prints it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(plain).collect::<Vec<_>>().join(" "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}:{}", plain(value)));
            format!("map[{}]", fields.collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

/// Writes seconds in the larger units.
fn span(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => format!("{rest}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, rest) => format!("{minutes}m{rest}s"),
        (hours, 0, 0) => format!("{hours}h"),
        (hours, minutes, 0) => format!("{hours}h{minutes}m"),
        (hours, minutes, rest) => format!("{hours}h{minutes}m{rest}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_the_real_command_line_prints_them() {
        let cases = [
            (json!(null), "<nil>"),
            (json!("a b"), "a b"),
            (json!([1, "x"]), "[1 x]"),
            (json!({ "b": true, "a": [] }), "map[a:[] b:true]"),
        ];
        for (value, shown) in cases {
            assert_eq!(plain(&value), shown);
        }
        for (seconds, shown) in [(5, "5s"), (60, "1m"), (3600, "1h"), (5400, "1h30m"), (61, "1m1s")]
        {
            assert_eq!(span(seconds), shown);
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![vec!["message".to_owned(), "Hello World".to_owned()]];
        let expected = "Key        Value\n---        -----\nmessage    Hello World";
        assert_eq!(columns(&["Key", "Value"], rows), expected);
    }
}

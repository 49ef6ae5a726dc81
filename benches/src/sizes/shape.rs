//! Bodies of a wanted size, as a client with bad intentions would shape them.

use std::fmt::Write as _;

/// Lists and objects inside each other: within what is accepted.
const DEPTH: usize = 60;

/// A number right between two floats: how it is rounded takes more than its first 19 digits, and
/// more the smaller it is.
const HARD: &str = "10000000000000001079e-319";

/// A kind of body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) name: &'static str,
    /// The JSON object of about so many bytes.
    pub(super) body: fn(usize) -> String,
}

macro_rules! shapes {
    ($($constant:ident $name:literal $body:expr;)*) => {
        $(pub(super) const $constant: Shape = Shape { name: $name, body: $body };)*
    };
}

shapes! {
    FLAT "flat" |size| numbered(size, |number| format!("\"key{number:05}\":\"value\""));
    TEXTS "list of texts" |size| listed(size, |number| format!("\"value{number:05}\""));
    NUMBERS "numbers by key" |size| numbered(size, |number| format!("\"k{number:06}\":1"));
    SHUFFLED "keys in no order" |size| {
        numbered(size, |number| format!("\"k{:06}\":1", (number * 379_721) % 999_983))
    };
    EQUAL "equal keys" |size| numbered(size, |_| "\"f\":1".to_owned());
    NULLS "nulls by key" |size| numbered(size, |number| format!("\"k{number:06}\":null"));
    LONG_KEYS "keys that differ at their end" |size| {
        numbered(size, |number| format!("\"{}{number:06}\":1", "k".repeat(500)))
    };
    ESCAPED_KEYS "escaped keys" |size| {
        let digits = |number: usize| {
            format!("{number:05}").bytes().fold(String::new(), |mut key, digit| {
                let _ = write!(key, "\\u{digit:04x}");
                key
            })
        };
        numbered(size, |number| format!("\"{}\":\"\\n\"", digits(number)))
    };
    ESCAPED "escaped text" |size| field(format!("\"{}\"", r"\u003c".repeat(size / 6)));
    LINES "line feeds" |size| field(format!("\"{}\"", r"\n".repeat(size / 2)));
    UNKNOWN "a list beside unknown keys" |size| {
        let unknown: String = (0..30).map(|number| format!(",\"k{number:06}\":1")).collect();
        let list = joined(size, |number| number.to_string());
        format!("{{\"f\":[{list}]{unknown}}}")
    };
    COMMAS "commas" |size| field(format!("\"{}\"", ",".repeat(size)));
    LONG_NUMBER "one number" |size| field("1".repeat(size));
    LONG_FRACTION "one fraction" |size| field(format!("0.{}", "1".repeat(size)));
    OBJECTS "objects in objects" |size| {
        elements(size, &format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH)))
    };
    LISTS "lists in lists" |size| {
        elements(size, &format!("{}1{}", "[".repeat(DEPTH), "]".repeat(DEPTH)))
    };
    LEVELS "texts on all levels" |size| {
        let text = "x".repeat(size / DEPTH);
        let levels = (0..DEPTH).fold("{}".to_owned(), |inner, _| {
            format!("{{\"a\":\"{text}\",\"b\":{inner}}}")
        });
        field(levels)
    };
    TOO_DEEP "too many lists in lists" |size| {
        field(format!("{}{}", "[".repeat(size / 2), "]".repeat(size / 2)))
    };
    TOO_DEEP_OBJECTS "too many objects in objects" |size| {
        field(format!("{}1{}", "{\"a\":".repeat(size / 6), "}".repeat(size / 6)))
    };
    DIGITS "list of digits" |size| elements(size, "1");
    FRACTIONS "list of fractions" |size| elements(size, "0.1");
    HARD_FLOATS "list of hard floats" |size| elements(size, HARD);
    LONG_FLOATS "list of long hard floats" |size| {
        let zeros = "0".repeat(700);
        elements(size, &format!("1.00000000000000011102230246251565404236316680908203125{zeros}1"))
    };
    HARD_TEXTS "list of hard floats in texts" |size| elements(size, &format!("\"{HARD}\""));
    SHORT_TEXTS "list of letters" |size| elements(size, "\"a\"");
    LISTED_NUMBERS "list of numbers" |size| listed(size, |number| number.to_string());
    KEY_VALUES "list of key=value" |size| listed(size, |number| format!("\"{number:05}=a\""));
    NAME_VALUES "list of name:value" |size| listed(size, |number| format!("\"a{number:05}:\""));
}

/// Returns an object with one field, `f`.
fn field(value: String) -> String {
    format!("{{\"f\":{value}}}")
}

/// Returns an object with one field, whose value is a list of equal elements.
fn elements(size: usize, element: &str) -> String {
    let count = (size / (element.len() + 1)).max(1);
    let mut list = format!("{element},").repeat(count);
    list.pop();
    field(format!("[{list}]"))
}

/// Returns an object with one field, whose value is a list.
fn listed(size: usize, element: impl Fn(usize) -> String) -> String {
    field(format!("[{}]", joined(size, element)))
}

/// Returns an object with many entries.
fn numbered(size: usize, entry: impl Fn(usize) -> String) -> String {
    format!("{{{}}}", joined(size, entry))
}

fn joined(size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 1024);
    for number in 0.. {
        if number > 0 {
            text.push(',');
        }
        text.push_str(&part(number));
        if text.len() >= size {
            break;
        }
    }
    text
}

//! Descriptions, which are Markdown. Doc comments break their lines where the source code does.

use serde_json::Value;

use crate::fields::DISPLAY_KEYWORD;

/// Keywords whose values are data and not part of the document.
const DATA: [&str; 4] = ["default", "example", "enum", DISPLAY_KEYWORD];

/// Joins the lines of each paragraph in all descriptions of a document.
pub(super) fn join_descriptions(document: &mut Value) {
    join(document, false);
}

/// Joins the lines of all descriptions in a value. With `named`, an object's keys are names that
/// authors chose, not keywords.
fn join(document: &mut Value, named: bool) {
    match document {
        Value::Object(entries) => {
            for (keyword, value) in entries {
                match value {
                    Value::String(text) if keyword == "description" && !named => {
                        *text = joined(text);
                    }
                    _ if DATA.contains(&keyword.as_str()) && !named => {}
                    _ => join(value, !named && matches!(&**keyword, "properties" | "schemas")),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| join(element, false)),
        _ => {}
    }
}

/// Returns the text with one line for each paragraph and each list item. Code, tables and headings
/// stay as they are.
pub(super) fn joined(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut fence: Option<&str> = None;
    // Whether the next line continues the last one.
    let mut open = false;
    for line in text.lines() {
        let content = line.trim();
        if let Some(mark) = fence {
            if content.starts_with(mark) && content.trim_start_matches(&mark[..1]).is_empty() {
                fence = None;
            }
            lines.push(line.to_owned());
            continue;
        }
        let kind = Kind::of(line, open);
        match (kind, lines.last_mut()) {
            (Kind::Text, Some(last)) if open => {
                let end = last.trim_end_matches([' ', '\\']).len();
                last.truncate(end);
                last.push(' ');
                last.push_str(content);
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
        fence = match kind {
            Kind::Fence if content.starts_with('~') => Some("~~~"),
            Kind::Fence => Some("```"),
            _ => None,
        };
        open = matches!(kind, Kind::Text | Kind::Item);
    }
    lines.join("\n")
}

/// The kind of a line outside of fenced code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Text,
    /// The first line of an item of a list, or of a quotation.
    Item,
    Fence,
    /// A heading, a table, a rule, or indented code.
    Other,
}

impl Kind {
    fn of(line: &str, in_paragraph: bool) -> Self {
        let content = line.trim();
        let indented = line.starts_with("    ") || line.starts_with('\t');
        if content.is_empty() {
            Self::Blank
        } else if content.starts_with("```") || content.starts_with("~~~") {
            Self::Fence
        } else if is_item(content) {
            Self::Item
        } else if content.starts_with(['#', '|'])
            || content.chars().all(|one| matches!(one, '-' | '=' | '*' | '_'))
            || (indented && !in_paragraph)
        {
            Self::Other
        } else {
            Self::Text
        }
    }
}

fn is_item(content: &str) -> bool {
    let digits = content.trim_start_matches(|one: char| one.is_ascii_digit());
    let numbered =
        digits.len() < content.len() && (digits.starts_with(". ") || digits.starts_with(") "));
    numbered
        || content.starts_with('>')
        || ["- ", "* ", "+ "].iter().any(|m| content.starts_with(m))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paragraphs_are_joined_and_the_rest_stays() {
        for (text, expected) in [
            ("One\nparagraph.", "One paragraph."),
            ("One  \nparagraph\\\nhere.", "One paragraph here."),
            ("One.\n\nTwo\nlines.", "One.\n\nTwo lines."),
            (
                "A list:\n- one\n  goes on\n- two\nlazily\n\nEnd\nhere.",
                "A list:\n- one goes on\n- two lazily\n\nEnd here.",
            ),
            ("1. one\n2) two\n   more", "1. one\n2) two more"),
            ("Code:\n```\na\n  b\n\nc\n```\nafter\nit", "Code:\n```\na\n  b\n\nc\n```\nafter it"),
            ("Code:\n\n    a\n    b\n\nafter\nit", "Code:\n\n    a\n    b\n\nafter it"),
            ("# Head\ntext\nmore", "# Head\ntext more"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
            ("> said\nby one", "> said by one"),
            ("", ""),
        ] {
            assert_eq!(joined(text), expected, "{text}");
            assert_eq!(joined(expected), expected, "{text}");
        }
    }

    #[test]
    fn data_are_no_descriptions() {
        let mut document = json!({
            "description": "a\nb",
            "properties": {
                "description": { "description": "c\nd", "default": { "description": "e\nf" } },
                "default": { "description": "g\nh", "enum": ["i\nj"] },
            },
        });
        join_descriptions(&mut document);
        let expected = json!({
            "description": "a b",
            "properties": {
                "description": { "description": "c d", "default": { "description": "e\nf" } },
                "default": { "description": "g h", "enum": ["i\nj"] },
            },
        });
        assert_eq!(document, expected);
    }
}

//! Mismatches of a type and a pattern.

use std::fmt;

/// Why the type of a [`Path`](super::Path) argument cannot be read from its pattern's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathFault {
    /// The pattern has no parameter.
    NoParameter,
    /// The type is a single value, but the pattern has several parameters.
    OneOfSeveral {
        /// The pattern's parameters.
        parameters: Vec<String>,
    },
    /// The type is a tuple of another length.
    Length {
        /// How many parts the type has.
        parts: usize,
        /// The pattern's parameters.
        parameters: Vec<String>,
    },
    /// The type has a field without a default that is not a parameter of the pattern.
    MissingParameter {
        /// The field.
        field: String,
        /// The pattern's parameters.
        parameters: Vec<String>,
    },
    /// The type refuses unknown fields, and a parameter is one.
    UnknownField {
        /// The parameter.
        parameter: String,
    },
    /// Some paths that match lack the parameter, and its type has no value for that.
    Optional {
        /// The parameter.
        parameter: String,
        /// What its type expects.
        expected: String,
    },
    /// The type cannot be read from text at all.
    NotText {
        /// What it expects.
        expected: String,
    },
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParameter => f.write_str(
                "the pattern has no parameter to take: add one, as in `{name}`, or remove the \
                 argument",
            ),
            Self::OneOfSeveral { parameters } => {
                let texts = vec!["String"; parameters.len()].join(", ");
                write!(
                    f,
                    "it is one value, but the pattern has {}: write a tuple in that order, such as \
                     `Path<({texts})>`, or a struct with a field for each",
                    named(parameters)
                )
            }
            Self::Length { parts, parameters } => write!(
                f,
                "it is a tuple of {parts}, but the pattern has {}: write one element for each \
                 parameter, in that order",
                named(parameters)
            ),
            Self::MissingParameter { field, parameters } => write!(
                f,
                "its field `{field}` is not a parameter, since the pattern has {}: use the same \
                 name in both, or mark the field `#[serde(default)]`",
                named(parameters)
            ),
            Self::UnknownField { parameter } => write!(
                f,
                "it has no field for the parameter `{parameter}`, and `deny_unknown_fields` refuses \
                 it: add the field or remove the attribute"
            ),
            Self::Optional { parameter, expected } => write!(
                f,
                "some paths of the pattern lack the parameter `{parameter}`, but its type always \
                 needs {expected}: write `Option<…>`"
            ),
            Self::NotText { expected } => write!(
                f,
                "it needs {expected}, but a part of a path is text: write a type that is read from \
                 text; `#[serde(flatten)]` and `#[serde(untagged)]` do not turn text into numbers"
            ),
        }
    }
}

fn named(parameters: &[String]) -> String {
    let quoted: Vec<_> = parameters.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "no parameter".to_owned(),
        [one] => format!("one parameter, {one}"),
        several => format!("{} parameters, {}", several.len(), several.join(", ")),
    }
}

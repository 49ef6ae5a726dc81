use std::{fmt, sync::Arc};

use super::{
    automaton::{Automaton, StateId},
    error::PatternError,
    raw::{self, RawPattern},
    template::Template,
};

/// The request paths that a declared path is for.
///
/// A pattern must match the whole path, which is relative to the mount and has no leading slash. If
/// several patterns match, the one that was declared first wins. Strings become templates by
/// [`From`]; [`Pattern::regex`] takes a regular expression instead.
///
/// | Template | Matches | The Go SDK's regex |
/// |---|---|---|
/// | `config` | the text itself | `config` |
/// | the empty text | the root of the mount | none |
/// | `role/{name}` | one segment: ASCII letters, digits, `_`, inside also `-` and `.` | `role/(?P<name>\w(([\w-.]+)?\w)?)` |
/// | `user/{name:at}` | the same, inside also `@` | `user/(?P<name>\w(([\w-.@]+)?\w)?)` |
/// | `data/{path*}` | the rest of the path, also an empty one, but not `data` itself | `data/(?P<path>.*)` |
/// | `data/{path+}` | the rest of the path, at least one character | `data/(?P<path>.+)` |
/// | `role/?` | with and without a slash at the end | `role/?` |
/// | `creds{/name?}` | `creds` and `creds/{name}` | `creds(/(?P<name>\w(([\w-.]+)?\w)?))?` |
/// | `creds{/name:at?}`, `creds{/path*?}`, `creds{/path+?}` | the same with the other kinds of parameters | … |
///
/// Everything else is literal text. A parameter fills its segment. Only the last parameter can take
/// the rest of the path or be optional; `/?` may follow an optional one.
///
/// **Lists:** the path of a LIST request ends with a slash (`role/`), except at the root of the
/// mount, where it is empty; the paths of other requests usually do not. `role/?` takes both.
///
/// A mistake in a pattern is found when the backend is built, and reported as a [`PatternError`].
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    parameters: Vec<Box<str>>,
    shape: Result<Shape, PatternError>,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Template(Template),
    Regex(Arc<dyn RawPattern>),
}

/// One path of the OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExpandedPath {
    /// The path with `{name}` for each parameter, without a leading slash.
    pub(crate) path: String,
    /// The parameters that occur in it, in their order.
    pub(crate) parameters: Vec<String>,
}

impl Pattern {
    /// Creates a pattern from a regular expression in the syntax of Go (RE2), whose named groups
    /// are the parameters.
    ///
    /// As in Go, `\w`, `\d`, `\s` and `\b` cover only ASCII, `.` does not match a line feed, and a
    /// hyphen after a class, as in `[\w-.]`, is a hyphen. A group that took no part in a match is a
    /// parameter with the value `""`.
    ///
    /// Unlike in the Go SDK, which writes `^` and `$` around the expression as it is, the whole
    /// expression must match: `a|b` is `^(?:a|b)$` and not `^a|b$`. `^` at the start and `$` at the
    /// end are allowed. Not supported are `(?i)`, classes by Unicode property (`\pL`) and octal
    /// escapes. A regex matches no path of more than a mebibyte.
    ///
    /// The first use adds the regex engine to the executable, about half a megabyte.
    #[must_use]
    pub fn regex(regex: impl Into<String>) -> Self {
        let text = regex.into().into_boxed_str();
        match raw::parse(&text) {
            Ok(raw) => {
                Self { parameters: raw.parameters().to_vec(), shape: Ok(Shape::Regex(raw)), text }
            }
            Err(error) => Self { text, parameters: Vec::new(), shape: Err(error) },
        }
    }

    /// Returns the pattern as it was declared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the names of the parameters, in the pattern's order; none for an invalid pattern.
    pub fn param_names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|name| &**name)
    }

    /// Returns the parameters, each with whether it may be missing from a path. Those of a regex
    /// count as always present.
    pub(crate) fn parameters_with_presence(&self) -> impl Iterator<Item = (&str, bool)> {
        let template = match &self.shape {
            Ok(Shape::Template(template)) => Some(template),
            Ok(Shape::Regex(_)) | Err(_) => None,
        };
        self.param_names()
            .map(move |name| (name, template.is_some_and(|template| template.may_be_missing(name))))
    }

    /// Returns the literal text that all matching paths begin with, as far as a template shows it.
    pub(super) fn start(&self) -> &str {
        match &self.shape {
            Ok(Shape::Template(_)) => {
                let text = self.text.split('{').next().unwrap_or_default();
                text.strip_suffix("/?").unwrap_or(text)
            }
            Ok(Shape::Regex(_)) | Err(_) => "",
        }
    }

    /// Returns the anchored regular expression as the Go SDK shows it in its help. A regex with
    /// alternatives at its top gets a group, since that is its meaning here.
    pub(crate) fn anchored_regex(&self) -> String {
        match &self.shape {
            Ok(Shape::Template(template)) => format!("^{}$", template.regex()),
            Ok(Shape::Regex(raw)) if raw.has_alternatives() => format!("^(?:{})$", self.text),
            Ok(Shape::Regex(_)) | Err(_) => {
                let start = if self.text.starts_with('^') { "" } else { "^" };
                let end = if ends_anchored(&self.text) { "" } else { "$" };
                format!("{start}{}{end}", self.text)
            }
        }
    }

    /// Returns the paths for the OpenAPI document, in the order of the Go SDK: optional parts and
    /// alternatives each add paths, parameters become `{name}`, an optional slash at the end is
    /// dropped. Returns `None` for a regex that has no such form, for example with a class outside
    /// of parameters: the Go SDK then shows the pattern itself, without operations.
    pub(crate) fn expand(&self) -> Option<Vec<ExpandedPath>> {
        match &self.shape {
            Ok(Shape::Template(template)) => Some(template.expand()),
            Ok(Shape::Regex(raw)) => raw.expand(),
            Err(_) => None,
        }
    }

    pub(super) fn shape(&self) -> Result<&Shape, &PatternError> {
        self.shape.as_ref()
    }

    pub(super) fn parameters(&self) -> &[Box<str>] {
        &self.parameters
    }
}

impl Shape {
    pub(super) fn is_regex(&self) -> bool {
        matches!(self, Self::Regex(_))
    }

    /// Adds the matching texts to an automaton, unless it cannot express them.
    pub(super) fn add_to(&self, automaton: &mut Automaton) -> Option<StateId> {
        match self {
            Self::Template(template) => Some(template.add_to(automaton)),
            Self::Regex(raw) => raw.add_to(automaton),
        }
    }
}

/// Returns whether a regex ends with a `$` that is not escaped.
fn ends_anchored(regex: &str) -> bool {
    regex.strip_suffix('$').is_some_and(|before| {
        let backslashes = before.bytes().rev().take_while(|&byte| byte == b'\\').count();
        backslashes % 2 == 0
    })
}

impl From<&str> for Pattern {
    fn from(template: &str) -> Self {
        match Template::parse(template) {
            Ok(parsed) => Self {
                text: template.into(),
                parameters: parsed.parameters().map(|one| one.name.clone()).collect(),
                shape: Ok(Shape::Template(parsed)),
            },
            Err(error) => Self { text: template.into(), parameters: Vec::new(), shape: Err(error) },
        }
    }
}

impl From<String> for Pattern {
    fn from(template: String) -> Self {
        template.as_str().into()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

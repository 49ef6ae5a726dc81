use std::{fmt, sync::Arc};

use super::{
    automaton::{Automaton, StateId},
    error::PatternError,
    raw::{self, RawPattern},
    template::Template,
};

/// Which request paths a declared path is for.
///
/// A pattern has to match the whole path, which is relative to the mount and has no leading slash.
/// Of several patterns that match, the one declared first wins. Texts turn into templates by
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
/// Everything else stands for itself. A parameter fills its segment, the rest of the path can only
/// be last, and so can an optional parameter, which `/?` may still follow.
///
/// **Lists:** a LIST request's path ends with a slash (`role/`), except at the root of the mount,
/// where it is empty; other requests mostly come without. `role/?` takes both.
///
/// A mistake in a pattern comes to light when the backend is built, as a [`PatternError`].
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
    /// A regular expression in the syntax of Go (RE2), whose named groups are the parameters.
    ///
    /// As in Go, `\w`, `\d`, `\s` and `\b` are about ASCII only, `.` is not the line feed, and a
    /// hyphen after a class, as in `[\w-.]`, is a hyphen. A group that took no part in a match is
    /// a parameter with the value `""`.
    ///
    /// Different from the Go SDK, which writes `^` and `$` around the expression as it is, the
    /// whole expression has to match: `a|b` is `^(?:a|b)$` and not `^a|b$`. `^` at the start and
    /// `$` at the end may be there. Not supported are `(?i)`, classes by Unicode property
    /// (`\pL`) and octal escapes. A path of more than a mebibyte matches no regex.
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

    /// The pattern as it was declared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the parameters, in the order in which the pattern has them; none for a pattern
    /// that is not valid.
    pub fn param_names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|name| &**name)
    }

    /// The parameters, each with whether it stands for nothing in some of the paths. Those of a regex
    /// are taken to stand for something.
    pub(crate) fn parameters_with_presence(&self) -> impl Iterator<Item = (&str, bool)> {
        let template = match &self.shape {
            Ok(Shape::Template(template)) => Some(template),
            Ok(Shape::Regex(_)) | Err(_) => None,
        };
        self.param_names()
            .map(move |name| (name, template.is_some_and(|template| template.may_be_missing(name))))
    }

    /// What all paths that match begin with, as far as the text of a template tells.
    pub(super) fn start(&self) -> &str {
        match &self.shape {
            Ok(Shape::Template(_)) => {
                let text = self.text.split('{').next().unwrap_or_default();
                text.strip_suffix("/?").unwrap_or(text)
            }
            Ok(Shape::Regex(_)) | Err(_) => "",
        }
    }

    /// The anchored regular expression as the Go SDK shows it in its help. A regex with
    /// alternatives at its top gets a group, since that is what it means here.
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

    /// The paths for the OpenAPI document, in the order of the Go SDK: what is optional and
    /// alternatives fork, parameters become `{name}`, an optional slash at the end is dropped.
    /// `None` for a regex that has no such form, for example with a class outside of parameters:
    /// the Go SDK then shows the pattern itself, without operations.
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

    /// Adds the texts that match to an automaton, unless they are beyond what it can express.
    pub(super) fn add_to(&self, automaton: &mut Automaton) -> Option<StateId> {
        match self {
            Self::Template(template) => Some(template.add_to(automaton)),
            Self::Regex(raw) => raw.add_to(automaton),
        }
    }
}

/// Whether a regex ends with a `$` that is not escaped.
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

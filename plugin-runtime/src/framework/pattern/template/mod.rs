//! Patterns without regular expressions: their parts, and how their parameters are read.

mod language;
mod parse;
mod text;

use super::{
    generic_name::{is_name, is_name_with_at},
    values::Values,
};

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// The text between the slashes. The root of the mount is one empty literal; a slash at the end
    /// that is not optional adds an empty literal.
    pub(super) segments: Vec<Segment>,
    /// The parameter that may follow after a slash.
    pub(super) optional: Option<Parameter>,
    /// Whether a slash may follow at the end.
    pub(super) optional_slash: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(Box<str>),
    Parameter(Parameter),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: Box<str>,
    pub(super) kind: Kind,
}

/// What a parameter matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One segment: a generic name.
    Name,
    /// One segment: a generic name that may hold `@`.
    NameWithAt,
    /// The rest of the path, also an empty one: `.*`.
    Rest,
    /// The rest of the path, at least one character: `.+`.
    NonEmptyRest,
}

impl Kind {
    pub(super) fn is_rest(self) -> bool {
        matches!(self, Self::Rest | Self::NonEmptyRest)
    }

    /// Returns whether a parameter of this kind matches a text: one segment, or the rest of the
    /// path. As in RE2, `.` is every character except the line feed.
    pub(super) fn matches(self, text: &str) -> bool {
        match self {
            Self::Name => is_name(text),
            Self::NameWithAt => is_name_with_at(text),
            Self::Rest => !text.contains('\n'),
            Self::NonEmptyRest => !text.is_empty() && !text.contains('\n'),
        }
    }
}

impl Template {
    /// Returns the parameters in the order of their values in [`Self::values`].
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        let segments = self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(parameter) => Some(parameter),
        });
        segments.chain(&self.optional)
    }

    /// Returns whether a parameter is missing from some of the paths.
    pub(super) fn may_be_missing(&self, name: &str) -> bool {
        let optional = self.optional.as_ref().is_some_and(|parameter| &*parameter.name == name);
        optional || self.parameters().any(|one| one.kind == Kind::Rest && &*one.name == name)
    }

    /// Returns the parameters' values in a path that is known to match.
    pub(super) fn values<'p>(&self, path: &'p str) -> Values<'p> {
        let mut values = Values::default();
        let mut rest = Some(path);
        for segment in &self.segments {
            match segment {
                Segment::Literal(_) => rest = next_segment(rest).1,
                Segment::Parameter(parameter) => {
                    rest = take(parameter.kind, rest, &mut values);
                }
            }
        }
        if let Some(parameter) = &self.optional {
            take(parameter.kind, rest, &mut values);
        }
        values
    }
}

fn take<'p>(kind: Kind, rest: Option<&'p str>, values: &mut Values<'p>) -> Option<&'p str> {
    let (value, rest) =
        if kind.is_rest() { (rest.unwrap_or_default(), None) } else { next_segment(rest) };
    values.push(value);
    rest
}

fn next_segment(rest: Option<&str>) -> (&str, Option<&str>) {
    rest.map_or(("", None), split_segment)
}

/// Splits off the first segment of a path; the rest follows its slash, if there is one.
pub(super) fn split_segment(path: &str) -> (&str, Option<&str>) {
    // Segments are short: a plain loop over bytes is faster here than `split_once`.
    match path.bytes().position(|byte| byte == b'/') {
        None => (path, None),
        Some(slash) => (&path[..slash], Some(&path[slash + 1..])),
    }
}

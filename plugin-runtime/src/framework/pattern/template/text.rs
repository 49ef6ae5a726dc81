//! The texts of a template that help and OpenAPI show.

use super::{super::pattern::ExpandedPath, Kind, Parameter, Segment, Template};

impl Template {
    /// Returns the regular expression with which the Go SDK would declare the same path, without
    /// anchors.
    pub(in super::super) fn regex(&self) -> String {
        let mut regex = self.joined(
            |literal| literal.replace('.', r"\."),
            |parameter| format!("(?P<{}>{})", parameter.name, parameter.kind.regex()),
        );
        if let Some(Parameter { name, kind }) = &self.optional {
            regex.push_str(&format!("(/(?P<{name}>{}))?", kind.regex()));
        }
        if self.optional_slash {
            regex.push_str("/?");
        }
        regex
    }

    /// Returns the paths of the OpenAPI document: first the one without the optional parameter, as
    /// in the Go SDK, and never with the optional slash.
    pub(in super::super) fn expand(&self) -> Vec<ExpandedPath> {
        let path = self.joined(str::to_owned, |parameter| format!("{{{}}}", parameter.name));
        let mut parameters: Vec<String> =
            self.parameters().map(|parameter| parameter.name.to_string()).collect();
        match &self.optional {
            None => vec![ExpandedPath { path, parameters }],
            Some(Parameter { name, .. }) => {
                let longer = ExpandedPath {
                    path: format!("{path}/{{{name}}}"),
                    parameters: parameters.clone(),
                };
                parameters.pop();
                vec![ExpandedPath { path, parameters }, longer]
            }
        }
    }

    fn joined(
        &self,
        literal: impl Fn(&str) -> String,
        parameter: impl Fn(&Parameter) -> String,
    ) -> String {
        let segments: Vec<_> = self
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => literal(text),
                Segment::Parameter(one) => parameter(one),
            })
            .collect();
        segments.join("/")
    }
}

impl Kind {
    fn regex(self) -> &'static str {
        match self {
            Self::Name => r"\w(([\w-.]+)?\w)?",
            Self::NameWithAt => r"\w(([\w-.@]+)?\w)?",
            Self::Rest => ".*",
            Self::NonEmptyRest => ".+",
        }
    }
}

use thiserror::Error;

/// A mistake in a declared path. It is found when a backend is built, never at a request; every
/// message names the pattern and says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// The text is not a template.
    #[error("path `{pattern}`: {fault}")]
    Template {
        /// The pattern as it was declared.
        pattern: String,
        /// What is wrong with it.
        fault: TemplateFault,
    },
    /// The text is not a regular expression, or one that is not supported.
    #[error("path regex `{pattern}`: {reason}")]
    Regex {
        /// The pattern as it was declared.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two parameters of one path have the same name.
    #[error("path `{pattern}` has two parameters named `{name}`: rename one of them")]
    DuplicateParameter {
        /// The pattern as it was declared.
        pattern: String,
        /// The name that occurs twice.
        name: String,
    },
    /// The pattern starts with a slash, but request paths are relative to the mount and never do.
    #[error(
        "path `{pattern}` only matches paths that start with `/`, but request paths never do: \
         remove the leading slash"
    )]
    LeadingSlash {
        /// The pattern as it was declared.
        pattern: String,
    },
    /// No text matches the pattern.
    #[error("path `{pattern}` matches nothing: correct or remove it")]
    MatchesNothing {
        /// The pattern as it was declared.
        pattern: String,
    },
    /// Paths that are declared before this one match everything that it matches.
    #[error(
        "path `{pattern}` can never be reached: {} declared before it, and the first match wins; \
         declare it earlier or remove it",
        listed(covered_by)
    )]
    Unreachable {
        /// The pattern as it was declared.
        pattern: String,
        /// The earlier patterns that together match all of its paths.
        covered_by: Vec<String>,
    },
}

/// Why a text is not a template.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateFault {
    /// Two slashes in a row.
    #[error("two slashes in a row, which no request path has")]
    EmptySegment,
    /// A parameter shares its segment with other text.
    #[error(
        "`{{…}}` must fill the segment between two slashes, unlike in `{segment}`: use \
         Pattern::regex for anything else"
    )]
    PartialParameter {
        /// The segment as it was written.
        segment: String,
    },
    /// The braces do not contain a parameter.
    #[error(
        "`{{{text}}}` is not a parameter: write {{name}}, {{name:at}}, {{name*}}, {{name+}} or, at \
         the end, {{/name?}}; a name has ASCII letters, digits and `_`, and no digit first"
    )]
    Parameter {
        /// The text between the braces.
        text: String,
    },
    /// Something follows a parameter that takes the rest of the path.
    #[error("`{{{name}}}` takes the rest of the path, so nothing can follow it")]
    RestNotLast {
        /// The parameter's name.
        name: String,
    },
    /// Something other than `/?` follows an optional parameter.
    #[error("an optional parameter `{{/name?}}` must be the last one, and the only optional one")]
    OptionalNotLast,
    /// A character has a meaning only in regular expressions.
    #[error("`{character}` has no meaning here: use Pattern::regex for a regular expression")]
    Character {
        /// The character.
        character: char,
    },
    /// A parameter is written as in other routers, which would be literal text here.
    #[error("`{segment}` would be literal text: write `{parameter}` for a parameter")]
    ForeignParameter {
        /// The segment as it was written.
        segment: String,
        /// The parameter as it is written here.
        parameter: String,
    },
    /// The text has a control character, which servers refuse in paths.
    #[error("control characters cannot be part of a path")]
    ControlCharacter,
}

fn listed(patterns: &[String]) -> String {
    let quoted: Vec<_> = patterns.iter().map(|pattern| format!("`{pattern}`")).collect();
    match quoted.as_slice() {
        [] => "an equal pattern is".to_owned(),
        [one] => format!("{one} matches all of it and is"),
        [most @ .., last] => {
            format!("{} and {last} together match all of it and are", most.join(", "))
        }
    }
}

use thiserror::Error;

/// What is wrong with a declared path. Found when a backend is built, never at a request; every
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
    /// Request paths are relative to the mount and never start with a slash.
    #[error(
        "path `{pattern}` only matches what starts with `/`, but request paths never do: leave the \
         leading slash out"
    )]
    LeadingSlash {
        /// The pattern as it was declared.
        pattern: String,
    },
    /// No text at all matches the pattern.
    #[error("path `{pattern}` matches nothing: correct or remove it")]
    MatchesNothing {
        /// The pattern as it was declared.
        pattern: String,
    },
    /// Paths declared before this one match everything that it matches.
    #[error(
        "path `{pattern}` can never be reached: {} declared before it, and the first match wins; \
         declare it earlier or remove it",
        listed(covered_by)
    )]
    Unreachable {
        /// The pattern as it was declared.
        pattern: String,
        /// The earlier patterns which, taken together, leave nothing to it.
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
    /// A parameter beside other text in its segment.
    #[error(
        "`{{…}}` has to fill the segment between two slashes, unlike in `{segment}`: use \
         Pattern::regex for anything finer"
    )]
    PartialParameter {
        /// The segment as it was written.
        segment: String,
    },
    /// Braces around something that is not a parameter.
    #[error(
        "`{{{text}}}` is not a parameter: write {{name}}, {{name:at}}, {{name*}}, {{name+}} or, at \
         the end, {{/name?}}; a name has ASCII letters, digits and `_`, and no digit first"
    )]
    Parameter {
        /// What the braces hold.
        text: String,
    },
    /// Something follows a parameter which takes the rest of the path.
    #[error("`{{{name}}}` takes the rest of the path, so nothing can follow it")]
    RestNotLast {
        /// The parameter's name.
        name: String,
    },
    /// Something other than `/?` follows an optional parameter.
    #[error("an optional parameter `{{/name?}}` has to be the last one, and the only optional one")]
    OptionalNotLast,
    /// A character that has a meaning in regular expressions only.
    #[error("`{character}` has no meaning here: use Pattern::regex for a regular expression")]
    Character {
        /// The character.
        character: char,
    },
    /// A parameter as other routers write it, which would be literal text here.
    #[error("`{segment}` would be literal text: write `{parameter}` for a parameter")]
    ForeignParameter {
        /// The segment as it was written.
        segment: String,
        /// The parameter as it is written here.
        parameter: String,
    },
    /// A control character, which servers refuse in paths.
    #[error("control characters cannot be part of a path")]
    ControlCharacter,
}

fn listed(patterns: &[String]) -> String {
    let quoted: Vec<_> = patterns.iter().map(|pattern| format!("`{pattern}`")).collect();
    match quoted.as_slice() {
        [] => "something equal is".to_owned(),
        [one] => format!("{one} matches all of it and is"),
        [most @ .., last] => {
            format!("{} and {last} together match all of it and are", most.join(", "))
        }
    }
}

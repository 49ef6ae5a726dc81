//! The error inside the deserializer: serde's messages, without the values that they would quote.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use super::aliases::{note_refused, note_twice};
use super::coerce::Refusal;
use super::error::FieldError;
use super::schema::FieldSet;

/// An error on its way from a value up to the request, which collects the names that it passes.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    /// Innermost name first.
    path: Vec<String>,
    cause: Cause,
}

#[derive(Debug, PartialEq)]
enum Cause {
    Refused(String),
    Missing(&'static str),
    /// A field that was given under two of its names; this is the first one that the type declares.
    Twice(&'static str),
}

/// The reason why a field that was given under two of its names is refused.
pub(crate) const TWICE: &str = "given twice, under two of its names";

impl Fault {
    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), cause: Cause::Refused(reason.into()) }
    }

    /// Notes that the value is inside `name`.
    pub(crate) fn inside(mut self, name: impl Into<String>) -> Self {
        self.path.push(name.into());
        self
    }

    /// Returns whether it names no field of the type with these fields.
    pub(crate) fn is_unnamed(&self, fields: &FieldSet) -> bool {
        let names = match self.cause {
            Cause::Refused(_) => false,
            // A name of something inside a field says little without the field's.
            Cause::Missing(name) | Cause::Twice(name) => fields.names(name) || fields.is_empty(),
        };
        self.path.is_empty() && !names
    }

    pub(crate) fn is_missing(&self, field: &str) -> bool {
        self.path.is_empty() && matches!(self.cause, Cause::Missing(name) if name == field)
    }

    /// Creates the error for a field that a patch names twice; the second name is `name`.
    pub(crate) fn twice_under(name: impl Into<String>) -> Self {
        Self::refused(TWICE).inside(name)
    }

    pub(crate) fn into_field_error(mut self) -> FieldError {
        if let Cause::Missing(name) | Cause::Twice(name) = self.cause {
            self.path.insert(0, name.to_owned());
        }
        self.path.reverse();
        let field = self.path.join(".");
        match self.cause {
            Cause::Missing(_) => FieldError::Missing { field },
            Cause::Twice(_) => FieldError::Refused { field, reason: TWICE.to_owned() },
            Cause::Refused(reason) if field.is_empty() => FieldError::Invalid { reason },
            Cause::Refused(reason) => FieldError::Refused { field, reason },
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal.to_string())
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Refused(reason) => f.write_str(reason),
            Cause::Missing(name) => write!(f, "missing required field: `{name}`"),
            Cause::Twice(name) => write!(f, "`{name}` is {TWICE}"),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::refused(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        note_refused(found);
        Self::refused(format!("expected {expected}, got {}", kind_of(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        note_refused(found);
        Self::refused(format!("expected {expected}, got another {}", kind_of(found)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::refused(format!("expected {expected}, got {length} elements"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        let names: Vec<_> = expected.iter().map(|name| format!("{name:?}")).collect();
        Self::refused(format!("expected one of {}", names.join(", ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::refused("unknown field").inside(field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self { path: Vec::new(), cause: Cause::Missing(field) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        note_twice(field);
        Self { path: Vec::new(), cause: Cause::Twice(field) }
    }
}

/// Returns the kind of a value, in JSON's terms.
fn kind_of(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "list",
        Unexpected::Map => "object",
        _ => "value of another kind",
    }
}

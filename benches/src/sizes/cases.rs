//! The bodies that are counted: on each way the types and shapes that take the most.

use std::time::Duration;

use plugin_runtime::fields::{CommaList, HeaderFields, KeyValues};

use super::case::{Case, Path};
use super::reader::{Prepare, changed, data, entry, fields, filled, touched};
use super::shape::*;
use super::types::{
    Adjacent, Anything, Flattened, Limited, LimitedInside, One, Texts, TokenRole, Untagged,
};

/// What the flat body of each way is read as: the object of short texts that it is. A flat body of
/// one long text would be copied in one go, and no object can be read at that price.
pub(super) const FLAT_READER: &str = "as texts";

/// What bodies of some shapes are read as.
struct Reader {
    path: Path,
    name: &'static str,
    prepare: Prepare,
    /// The flat body of the type, where it takes more than the flat body of its way.
    flat: Option<Shape>,
    takes: &'static [Shape],
    refuses: &'static [Shape],
}

const READERS: &[Reader] = &[
    Reader {
        path: Path::Data,
        name: FLAT_READER,
        prepare: data,
        flat: Some(FLAT),
        takes: &[SHUFFLED, EQUAL, ESCAPED_KEYS, LINES, OBJECTS, LISTS, DIGITS, HARD_FLOATS],
        refuses: &[TOO_DEEP],
    },
    Reader {
        path: Path::Fields,
        name: FLAT_READER,
        prepare: fields::<Texts>,
        flat: Some(FLAT),
        takes: &[SHUFFLED, LONG_KEYS, ESCAPED_KEYS],
        refuses: &[TOO_DEEP],
    },
    Reader {
        path: Path::Fields,
        name: "as anything",
        prepare: fields::<Anything>,
        flat: Some(FLAT),
        takes: &[NULLS, LINES, OBJECTS, LISTS, LEVELS, DIGITS, HARD_FLOATS],
        refuses: &[LONG_NUMBER, TOO_DEEP_OBJECTS],
    },
    Reader {
        path: Path::Fields,
        name: "as a text",
        prepare: fields::<One<String>>,
        flat: None,
        takes: &[LONG_FRACTION],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as numbers",
        prepare: fields::<One<Vec<f64>>>,
        flat: None,
        takes: &[LONG_FLOATS, HARD_TEXTS],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as lengths of time",
        prepare: fields::<One<Vec<Duration>>>,
        flat: None,
        takes: &[DIGITS],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as a list with commas",
        prepare: fields::<One<CommaList<String>>>,
        flat: None,
        takes: &[COMMAS, HARD_FLOATS],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as pairs",
        prepare: fields::<One<KeyValues>>,
        flat: None,
        takes: &[KEY_VALUES],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as headers",
        prepare: fields::<One<HeaderFields>>,
        flat: None,
        takes: &[NAME_VALUES],
        refuses: &[ESCAPED],
    },
    Reader {
        path: Path::Fields,
        name: "as one of several",
        prepare: fields::<One<Untagged>>,
        flat: Some(TEXTS),
        takes: &[LISTS, DIGITS],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "by a tag before its content",
        prepare: fields::<Adjacent>,
        flat: None,
        takes: &[],
        refuses: &[LISTS],
    },
    Reader {
        path: Path::Fields,
        name: "as flattened fields",
        prepare: fields::<Flattened>,
        flat: None,
        takes: &[DIGITS],
        refuses: &[NUMBERS],
    },
    Reader {
        path: Path::Fields,
        name: "as a role with token fields",
        prepare: fields::<TokenRole>,
        flat: None,
        takes: &[NUMBERS, SHORT_TEXTS],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as fields with limits",
        prepare: fields::<Limited>,
        flat: Some(TEXTS),
        takes: &[NUMBERS, LISTED_NUMBERS],
        refuses: &[],
    },
    Reader {
        path: Path::Fields,
        name: "as flattened fields with limits",
        prepare: fields::<LimitedInside>,
        flat: Some(TEXTS),
        takes: &[NUMBERS, UNKNOWN],
        refuses: &[],
    },
    Reader {
        path: Path::Patch,
        name: FLAT_READER,
        prepare: filled::<Texts>,
        flat: Some(FLAT),
        takes: &[SHUFFLED, LONG_KEYS],
        refuses: &[],
    },
    Reader {
        path: Path::Patch,
        name: "of as much, as anything",
        prepare: changed::<Anything>,
        flat: None,
        takes: &[NULLS],
        refuses: &[],
    },
    Reader {
        path: Path::Patch,
        name: "as anything",
        prepare: filled::<Anything>,
        flat: Some(FLAT),
        takes: &[OBJECTS, LISTS, HARD_FLOATS],
        refuses: &[TOO_DEEP],
    },
    Reader {
        path: Path::Patch,
        name: "of one thing",
        prepare: touched::<Anything>,
        flat: None,
        takes: &[LISTS],
        refuses: &[],
    },
    Reader {
        path: Path::Patch,
        name: "as flattened fields",
        prepare: filled::<Flattened>,
        flat: None,
        takes: &[NULLS, DIGITS],
        refuses: &[],
    },
    Reader {
        path: Path::Patch,
        name: "as fields with limits",
        prepare: filled::<Limited>,
        flat: None,
        takes: &[LISTED_NUMBERS],
        refuses: &[],
    },
    Reader {
        path: Path::Patch,
        name: "as flattened fields with limits",
        prepare: filled::<LimitedInside>,
        flat: None,
        takes: &[NUMBERS],
        refuses: &[],
    },
    Reader {
        path: Path::Entry,
        name: FLAT_READER,
        prepare: entry::<Texts>,
        flat: Some(FLAT),
        takes: &[],
        refuses: &[],
    },
    Reader {
        path: Path::Entry,
        name: "as anything",
        prepare: entry::<Anything>,
        flat: Some(FLAT),
        takes: &[SHUFFLED, LINES, OBJECTS, LISTS, FRACTIONS, HARD_FLOATS],
        refuses: &[],
    },
];

/// Returns all cases.
#[must_use]
pub fn all() -> Vec<Case> {
    let of = |reader: &Reader, shape: &Shape, taken| Case {
        path: reader.path,
        reader: reader.name,
        prepare: reader.prepare,
        shape: *shape,
        flat: reader.flat,
        taken,
    };
    let cases = |reader: &'static Reader| {
        let taken =
            reader.flat.iter().chain(reader.takes).map(move |shape| of(reader, shape, true));
        taken.chain(reader.refuses.iter().map(move |shape| of(reader, shape, false)))
    };
    READERS.iter().flat_map(cases).collect()
}

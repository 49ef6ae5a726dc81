//! Bounds of single bodies, and which bodies are counted at the largest size.

/// How many times the instructions per byte of a flat body of the same size any other may take.
const MOST_OF_FLAT: f64 = 3.0;

/// How many times the instructions per byte at the smallest size a body may take at its largest.
/// Sorting takes a comparison more for each doubling.
const MOST_GROWTH: f64 = 1.5;

/// What a body may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    /// The case's name.
    pub(super) name: &'static str,
    /// Instructions per byte, in multiples of the flat body.
    pub(super) of_flat: f64,
    /// Instructions per byte at the largest size, in multiples of those at the smallest.
    pub(super) growth: f64,
    /// Why that is not the bound of all others.
    pub(super) reason: &'static str,
}

const USUAL: Bound = Bound { name: "", of_flat: MOST_OF_FLAT, growth: MOST_GROWTH, reason: "" };

/// Bodies with bounds of their own.
const BOUNDS: &[Bound] = &[
    Bound {
        name: "fields as texts: keys that differ at their end",
        of_flat: MOST_OF_FLAT,
        growth: 2.0,
        reason: "sorting long keys compares them up to their end",
    },
    Bound {
        name: "fields as anything: lists in lists",
        of_flat: 3.9,
        growth: MOST_GROWTH,
        reason: "two bytes a level, and each level is a list of its own",
    },
    Bound {
        name: "fields as one of several: lists in lists",
        of_flat: 15.5,
        growth: MOST_GROWTH,
        reason: "serde copies its buffer for each variant of an untagged enum, two bytes a level",
    },
    Bound {
        name: "fields as one of several: list of digits",
        of_flat: 4.2,
        growth: MOST_GROWTH,
        reason: "serde copies its buffer for each variant of an untagged enum, two bytes an element",
    },
    Bound {
        name: "fields by a tag before its content: lists in lists",
        of_flat: 4.7,
        growth: MOST_GROWTH,
        reason: "serde buffers the content of the enum, two bytes a level",
    },
    Bound {
        name: "fields as flattened fields: list of digits",
        of_flat: 4.9,
        growth: MOST_GROWTH,
        reason: "serde buffers flattened fields, two bytes an element",
    },
    Bound {
        name: "fields as flattened fields with limits: a list beside unknown keys",
        of_flat: 5.3,
        growth: MOST_GROWTH,
        reason: "the list is read again to find the fields behind unknown keys",
    },
    Bound {
        name: "fields as lengths of time: list of digits",
        of_flat: 3.2,
        growth: MOST_GROWTH,
        reason: "two bytes an element, and the code of an element is compiled for size",
    },
    Bound {
        name: "fields as a role with token fields: numbers by key",
        of_flat: 3.3,
        growth: MOST_GROWTH,
        reason: "a few bytes an entry, and the code of an entry is compiled for size",
    },
    Bound {
        name: "patch as flattened fields with limits: numbers by key",
        of_flat: 3.3,
        growth: MOST_GROWTH,
        reason: "a few bytes an entry, and the code of an entry is compiled for size",
    },
];

/// Bodies that are counted at the largest size too.
pub(super) const LARGE: &[&str] = &[
    "data as texts: flat",
    "data as texts: keys in no order",
    "data as texts: lists in lists",
    "fields as texts: flat",
    "fields as texts: keys that differ at their end",
    "fields as texts: escaped keys",
    "fields as anything: flat",
    "fields as anything: objects in objects",
    "fields as one of several: list of texts",
    "fields as one of several: lists in lists",
    "fields as fields with limits: list of texts",
    "fields as fields with limits: list of numbers",
    "patch as texts: flat",
    "patch as texts: keys in no order",
    "entry as texts: flat",
];

/// Returns what the body of this name may take.
pub(super) fn bound(name: &str) -> Bound {
    BOUNDS.iter().find(|bound| bound.name == name).copied().unwrap_or(USUAL)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_name_is_one_of_a_body() {
        let cases = super::super::all();
        let names: BTreeMap<String, String> =
            cases.iter().map(|case| (case.to_string(), case.baseline())).collect();
        for name in BOUNDS.iter().map(|bound| bound.name).chain(LARGE.iter().copied()) {
            assert!(names.contains_key(name), "{name}");
        }
        for name in LARGE {
            assert!(LARGE.contains(&names[*name].as_str()), "the flat one of {name}");
        }
        assert!(names.values().all(|flat| names.contains_key(flat)));
    }

    #[test]
    fn a_bound_of_its_own_has_a_reason() {
        for own in BOUNDS {
            assert!(own.of_flat > MOST_OF_FLAT || own.growth > MOST_GROWTH, "{own:?}");
            assert!(!own.reason.is_empty(), "{own:?}");
            assert_eq!(bound(own.name), *own, "given twice");
        }
        assert_eq!(bound("any other"), USUAL);
    }
}

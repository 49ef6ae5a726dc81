//! One limit of a schema.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::pattern::Pattern;

/// A keyword of a schema with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Limit {
    Least(Bound),
    Above(Bound),
    Most(Bound),
    Below(Bound),
    Multiple(Bound),
    MinLength(u64),
    MaxLength(u64),
    Pattern(Arc<Pattern>),
    MinItems(u64),
    MaxItems(u64),
    Unique,
    MinEntries(u64),
    MaxEntries(u64),
}

/// A number in a schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    text: String,
    whole: Option<i128>,
    real: f64,
}

/// A number in a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Amount {
    Whole(i128),
    Real(f64),
}

impl Bound {
    fn of(value: &Json) -> Option<Self> {
        let number = value.as_number()?;
        let real = number.as_f64()?;
        let integer = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
        // `10.0` is as whole as `10`; beyond 2^53, a float is not an exact integer.
        let written = (real.fract() == 0.0 && real.abs() < 9e15).then_some(real as i128);
        let whole = integer.or(written);
        let text = whole.map_or_else(|| number.to_string(), |whole| whole.to_string());
        Some(Self { text, whole, real })
    }

    fn cmp(&self, amount: Amount) -> Option<std::cmp::Ordering> {
        match (amount, self.whole) {
            (Amount::Whole(amount), Some(bound)) => Some(amount.cmp(&bound)),
            (Amount::Whole(amount), None) => (amount as f64).partial_cmp(&self.real),
            (Amount::Real(amount), _) => amount.partial_cmp(&self.real),
        }
    }

    fn divides(&self, amount: Amount) -> bool {
        match (amount, self.whole) {
            (_, Some(0)) => true,
            (Amount::Whole(amount), Some(step)) => amount % step == 0,
            (Amount::Whole(amount), None) => self.divides(Amount::Real(amount as f64)),
            (Amount::Real(amount), _) => {
                // 0.3 is a multiple of 0.1, although neither is exact in binary.
                let steps = amount / self.real;
                steps.is_finite() && (steps - steps.round()).abs() <= 1e-9 * steps.abs().max(1.0)
            }
        }
    }
}

impl Limit {
    /// Returns the limits in a schema, the cheapest checks first, and the pattern, if it has one.
    pub(super) fn all(schema: &Map<String, Json>) -> (Vec<Self>, Option<&str>) {
        let number = |keyword: &str| schema.get(keyword).and_then(Bound::of);
        let count = |keyword: &str| schema.get(keyword).and_then(Json::as_u64);
        let marked = |keyword: &str| schema.get(keyword) == Some(&Json::Bool(true));
        let mut limits = Vec::new();
        // Up to draft 4, the exclusive forms were flags on the inclusive ones.
        if let Some(bound) = number("minimum") {
            limits.push(match marked("exclusiveMinimum") {
                true => Self::Above(bound),
                false => Self::Least(bound),
            });
        }
        if let Some(bound) = number("maximum") {
            limits.push(match marked("exclusiveMaximum") {
                true => Self::Below(bound),
                false => Self::Most(bound),
            });
        }
        limits.extend(number("exclusiveMinimum").map(Self::Above));
        limits.extend(number("exclusiveMaximum").map(Self::Below));
        limits.extend(number("multipleOf").map(Self::Multiple));
        limits.extend(count("minLength").map(Self::MinLength));
        limits.extend(count("maxLength").map(Self::MaxLength));
        limits.extend(count("minItems").map(Self::MinItems));
        limits.extend(count("maxItems").map(Self::MaxItems));
        limits.extend(count("minProperties").map(Self::MinEntries));
        limits.extend(count("maxProperties").map(Self::MaxEntries));
        limits.extend(marked("uniqueItems").then_some(Self::Unique));
        (limits, schema.get("pattern").and_then(Json::as_str))
    }

    /// Returns whether a Rust type of this JSON type and format is always within the limit.
    pub(super) fn is_implied(&self, kind: &str, format: &str) -> bool {
        let is = |bound: &Bound, limit: i128| bound.whole == Some(limit);
        match self {
            Self::Least(bound) => kind == "integer" && format.starts_with('u') && is(bound, 0),
            Self::MinItems(0) | Self::MinLength(0) | Self::MinEntries(0) => true,
            _ => false,
        }
    }

    /// Returns what a number must be, if it is not within the limit.
    pub(super) fn refuses_number(&self, amount: Amount, unit: &str) -> Option<String> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let (fits, what, bound): (bool, &str, &Bound) = match self {
            Self::Least(bound) => {
                (matches!(bound.cmp(amount), Some(Greater | Equal)), "at least", bound)
            }
            Self::Above(bound) => (matches!(bound.cmp(amount), Some(Greater)), "more than", bound),
            Self::Most(bound) => {
                (matches!(bound.cmp(amount), Some(Less | Equal)), "at most", bound)
            }
            Self::Below(bound) => (matches!(bound.cmp(amount), Some(Less)), "less than", bound),
            Self::Multiple(step) => (step.divides(amount), "a multiple of", step),
            _ => return None,
        };
        (!fits).then(|| format!("must be {what} {}{unit}", bound.text))
    }

    /// Returns what a text must be, if it is not within the limit. `compared` counts the bytes that
    /// were compared with patterns.
    pub(super) fn refuses_text(&self, text: &str, compared: &mut usize) -> Option<String> {
        match self {
            Self::MinLength(min) if (length(text) as u64) < *min => {
                Some(format!("must have at least {}", counted(*min, "character", "characters")))
            }
            Self::MaxLength(max) if length(text) as u64 > *max => {
                Some(format!("must have at most {}", counted(*max, "character", "characters")))
            }
            Self::Pattern(pattern) => pattern.refuses(text, compared),
            _ => None,
        }
    }

    /// Returns how many elements a list must have, if it is not within the limit.
    pub(super) fn refuses_items(&self, items: u64) -> Option<String> {
        match self {
            Self::MinItems(min) if items < *min => {
                Some(format!("must have at least {}", counted(*min, "element", "elements")))
            }
            Self::MaxItems(max) if items > *max => {
                Some(format!("must have at most {}", counted(*max, "element", "elements")))
            }
            _ => None,
        }
    }

    /// Returns how many entries an object must have, if it is not within the limit.
    pub(super) fn refuses_entries(&self, entries: u64) -> Option<String> {
        match self {
            Self::MinEntries(min) if entries < *min => {
                Some(format!("must have at least {}", counted(*min, "entry", "entries")))
            }
            Self::MaxEntries(max) if entries > *max => {
                Some(format!("must have at most {}", counted(*max, "entry", "entries")))
            }
            _ => None,
        }
    }
}

/// Returns the length of a text as JSON schema counts it.
fn length(text: &str) -> usize {
    text.chars().count()
}

fn counted(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

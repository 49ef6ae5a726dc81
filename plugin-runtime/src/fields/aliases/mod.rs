//! The other names of fields (`serde(alias)`) that serde keeps to itself.
//!
//! A schema has no aliases. A derived struct tells all of its names when it asks for its fields, but
//! what is flattened into a type, and what lies inside of that, is read from serde's own buffer. The
//! names are learned from requests then: instead of its value, a name that no schema has gets a
//! [`Marker`], which no type takes. Where nothing refuses the marker, the type has no use for the
//! name. Where something does, the name is a field's; the type then tells which field it is, once
//! and for all requests that follow.

mod learn;
mod lookup;
mod marker;
mod sample;
mod site;
mod witness;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

pub(crate) use self::learn::{ask, prove, settle, unproven};
pub(crate) use self::lookup::{Known, Names};
pub(crate) use self::marker::Marker;
use self::site::Model;
pub(crate) use self::witness::{Witnessed, note_refused, note_twice, watch};
use super::patch::{Naming, Own};

/// How many names of a type are learned for which it has refused a second value of a field. A type
/// has fewer; this bounds one that makes its names up.
const MAX_PROVEN: usize = 256;

/// How many other names are kept of which the type has only shown that it reads them.
const MAX_READ: usize = 16;

/// The position of an object among those of a type's schema.
pub(crate) type Place = usize;

/// The fields of the type itself.
pub(crate) const ROOT: Place = 0;

/// What a name stands for that no schema has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Behind {
    /// The field with this name.
    Field(String),
    /// One of some fields that follow the same rule, of which this is the first.
    Like(String),
    /// A field, of which no more is known.
    Some,
}

impl Behind {
    /// Returns the name of a field with the same rule.
    pub(crate) fn like(&self) -> Option<&str> {
        match self {
            Self::Field(name) | Self::Like(name) => Some(name),
            Self::Some => None,
        }
    }

    /// Returns the name of the field.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Field(name) => Some(name),
            Self::Like(_) | Self::Some => None,
        }
    }
}

/// What has been learned of a type.
#[derive(Debug, Clone, Default)]
struct Learned {
    names: BTreeMap<Place, BTreeMap<String, Behind>>,
    proven: usize,
    read: usize,
}

impl Learned {
    fn behind(&self, place: Place, name: &str) -> Option<&Behind> {
        self.names.get(&place)?.get(name)
    }
}

/// The other names of a type's fields, as far as they are known. A clone shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aliases {
    learned: Arc<Mutex<Arc<Learned>>>,
    models: Arc<Mutex<BTreeMap<Place, Arc<Model>>>>,
    own: Arc<OnceLock<Own>>,
    naming: Arc<OnceLock<Naming>>,
}

impl PartialEq for Aliases {
    /// Returns true: what was learned of a type is not part of it.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Aliases {
    /// Returns what a name stands for; `None` if that was not asked, or if no field has it.
    pub(crate) fn behind(&self, place: Place, name: &str) -> Option<Behind> {
        self.now().behind(place, name).cloned()
    }

    fn now(&self) -> Arc<Learned> {
        Arc::clone(&self.learned.lock())
    }

    /// Keeps what a name stands for. Returns whether that is new, and there is room for it.
    fn keep(&self, place: Place, name: &str, behind: Behind, proven: bool) -> bool {
        let mut now = self.learned.lock();
        if now.behind(place, name).is_some_and(|known| !proven || known.field().is_some()) {
            return false;
        }
        let mut learned = Learned::clone(&now);
        let (count, most) = match proven {
            true => (&mut learned.proven, MAX_PROVEN),
            false => (&mut learned.read, MAX_READ),
        };
        if *count == most {
            return false;
        }
        *count += 1;
        learned.names.entry(place).or_default().insert(name.to_owned(), behind);
        *now = Arc::new(learned);
        true
    }
}

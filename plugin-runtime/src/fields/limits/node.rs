//! A schema with its limits, ready to check values.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use super::limit::Limit;

/// The position of a node among those of its type.
pub(super) type Id = usize;

/// One schema within that of a type.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Node {
    pub(super) form: Form,
    pub(super) nullable: bool,
    pub(super) limits: Vec<Limit>,
    pub(super) listed: Option<Listed>,
    /// The first elements of a list, each with its own schema.
    pub(super) first: Vec<Id>,
    pub(super) items: Option<Id>,
    pub(super) properties: BTreeMap<String, Id>,
    pub(super) required: Vec<String>,
    /// Whether an object has only the properties that are named.
    pub(super) closed: bool,
    pub(super) others: Option<Id>,
    /// Schemas that apply in addition.
    pub(super) all: Vec<Id>,
    /// Choices of schemas; one schema of each must apply.
    pub(super) choices: Vec<Vec<Id>>,
    /// Whether there is a limit here or below.
    pub(super) limited: bool,
}

impl Node {
    /// Returns the schemas below this one.
    pub(super) fn parts(&self) -> impl Iterator<Item = Id> + '_ {
        let lists = self.first.iter().chain(&self.items).chain(&self.all);
        let objects = self.properties.values().chain(&self.others);
        lists.chain(objects).chain(self.choices.iter().flatten()).copied()
    }
}

/// The form to which a value is coerced before its limits are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Form {
    /// None; the value is taken as it is.
    #[default]
    Any,
    Text,
    LowerCase,
    Integer,
    Float,
    Boolean,
    /// A duration in whole seconds.
    Seconds,
    /// A duration with fractions.
    Duration,
    Moment,
    /// A list in the form that serde requests.
    List,
    /// A list of values of any kind.
    Slice,
    CommaList,
    Object,
    Pairs,
    Header,
}

/// The values of `enum` and `const`.
///
/// The schema of a Rust enum looks the same as a list that was added to a string, but the enum may
/// accept more: serde's aliases are not in the schema. When a type has accepted a value that is not
/// listed, a probe distinguishes the two: a type that accepts any other text too has no list of its
/// own.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) values: Vec<Json>,
    pub(super) by_type: Arc<OnceLock<bool>>,
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Listed {
    /// Returns the reason of a refusal, with the listed values.
    pub(super) fn reason(&self) -> String {
        let values: Vec<String> = self.values.iter().map(Json::to_string).collect();
        format!("must be one of {}", values.join(", "))
    }
}

//! A schema with its limits, ready to be held against a value.

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
    /// The first elements of a list, each with a schema of its own.
    pub(super) first: Vec<Id>,
    pub(super) items: Option<Id>,
    pub(super) properties: BTreeMap<String, Id>,
    pub(super) required: Vec<String>,
    /// Whether an object has no properties but those that are named.
    pub(super) closed: bool,
    pub(super) others: Option<Id>,
    /// Schemas that hold as well.
    pub(super) all: Vec<Id>,
    /// Sets of schemas, one of each of which holds.
    pub(super) choices: Vec<Vec<Id>>,
    /// Whether there is any limit here or below.
    pub(super) limited: bool,
}

impl Node {
    /// The schemas below this one.
    pub(super) fn parts(&self) -> impl Iterator<Item = Id> + '_ {
        let lists = self.first.iter().chain(&self.items).chain(&self.all);
        let objects = self.properties.values().chain(&self.others);
        lists.chain(objects).chain(self.choices.iter().flatten()).copied()
    }
}

/// What a value is coerced to before its limits are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Form {
    /// Nothing; it is taken as it is.
    #[default]
    Any,
    Text,
    LowerCase,
    Integer,
    Float,
    Boolean,
    /// A length of time in whole seconds.
    Seconds,
    /// A length of time with fractions.
    Duration,
    Moment,
    /// A list as serde asks for one.
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
/// A Rust enum's schema looks the same as a list that was written beside a string, but its type may
/// take more: serde's aliases are not in the schema. Which of the two it is shows when a value
/// that is not listed was accepted: a type that takes any other text too has no list of its own.
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
    /// The listed values as the reason of a refusal names them.
    pub(super) fn reason(&self) -> String {
        let values: Vec<String> = self.values.iter().map(Json::to_string).collect();
        format!("must be one of {}", values.join(", "))
    }
}

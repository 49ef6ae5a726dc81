//! How user interfaces show a path.

use serde_json::{Map, Value};

/// How user interfaces show a path: its `x-vault-displayAttrs` in the OpenAPI document.
///
/// [`Operations::display`](super::Operations::display) shows how it is used; a field has a
/// [`FieldDisplay`](crate::fields::FieldDisplay).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct PathDisplay {
    navigation: bool,
    item_type: Option<String>,
    action: Option<String>,
}

impl PathDisplay {
    /// Creates attributes that set nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows the path as a tab. Use it for lists.
    pub fn navigation(mut self) -> Self {
        self.navigation = true;
        self
    }

    /// Sets the name of the items at this path, such as `Role`.
    pub fn item_type(mut self, name: impl Into<String>) -> Self {
        self.item_type = Some(name.into());
        self
    }

    /// Sets the name of what a write does, such as `Create` or `Configure`.
    pub fn action(mut self, verb: impl Into<String>) -> Self {
        self.action = Some(verb.into());
        self
    }

    /// Returns the attributes as servers read them; `None` if none are set.
    pub(super) fn attributes(&self) -> Option<Value> {
        let mut attributes = Map::new();
        if self.navigation {
            attributes.insert("navigation".to_owned(), true.into());
        }
        for (name, text) in [("itemType", &self.item_type), ("action", &self.action)] {
            if let Some(text) = text {
                attributes.insert(name.to_owned(), text.as_str().into());
            }
        }
        (!attributes.is_empty()).then_some(Value::Object(attributes))
    }
}

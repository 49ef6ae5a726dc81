//! How user interfaces show a field.

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Map, Value, json};

/// The keyword of schemas that user interfaces read.
pub(crate) const KEYWORD: &str = "x-vault-displayAttrs";

/// Marks a sensitive type. It is a keyword of its own because
/// `#[schemars(extend("x-vault-displayAttrs" = …))]` replaces what the type says under that
/// keyword.
const SENSITIVE: &str = "x-vault-sensitive";

/// How user interfaces show a field: its `x-vault-displayAttrs` in the OpenAPI document.
///
/// In the field's `schemars` attribute, it adds to what the field's type already says, such as that
/// a [`Sensitive`](super::Sensitive) value is masked:
///
/// ```
/// use plugin_runtime::fields::{FieldDisplay, FieldSet, Sensitive};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use serde_json::json;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Connection {
///     /// The password of the directory's administrator.
///     #[schemars(transform = FieldDisplay::new().name("Bind password").group("Credentials"))]
///     password: Sensitive<String>,
///     /// The certificates to trust, as PEM.
///     #[schemars(transform = FieldDisplay::new().name("CA certificate").edit_type("file"))]
///     ca: Option<String>,
/// }
///
/// let fields = FieldSet::of::<Connection>();
/// let (_, password) = fields.iter().find(|(name, _)| *name == "password").unwrap();
/// assert_eq!(
///     password.schema()["x-vault-displayAttrs"],
///     json!({ "name": "Bind password", "group": "Credentials", "sensitive": true })
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct FieldDisplay {
    attributes: Map<String, Value>,
}

impl FieldDisplay {
    /// Creates attributes that set nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the label.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with("name", name.into())
    }

    /// Sets the help text next to the label. The default is the field's doc comment.
    pub fn description(self, text: impl Into<String>) -> Self {
        self.with("description", text.into())
    }

    /// Sets a sample value. It is only shown; to set a default, use `#[serde(default)]`.
    pub fn value(self, value: impl Into<Value>) -> Self {
        self.with("value", value)
    }

    /// Masks the value. [`Sensitive`](super::Sensitive) does this and more.
    pub fn sensitive(self) -> Self {
        self.with("sensitive", true)
    }

    /// Shows the field as a tab.
    pub fn navigation(self) -> Self {
        self.with("navigation", true)
    }

    /// Sets the group of fields that the field is shown in.
    pub fn group(self, group: impl Into<String>) -> Self {
        self.with("group", group.into())
    }

    /// Sets the kind of input, if it does not follow from the field's type, such as `textarea` or
    /// `file`.
    pub fn edit_type(self, kind: impl Into<String>) -> Self {
        self.with("editType", kind.into())
    }

    fn with(mut self, attribute: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(attribute.to_owned(), value.into());
        self
    }
}

impl Transform for FieldDisplay {
    fn transform(&mut self, schema: &mut Schema) {
        let mut attributes = match schema.remove(KEYWORD) {
            Some(Value::Object(attributes)) => attributes,
            _ => Map::new(),
        };
        attributes.extend(self.attributes.clone());
        if !attributes.is_empty() {
            schema.insert(KEYWORD.to_owned(), Value::Object(attributes));
        }
    }
}

/// Marks a type's schema as that of sensitive values.
pub(super) fn mark_sensitive(schema: &mut Schema) {
    schema.insert(SENSITIVE.to_owned(), json!(true));
    FieldDisplay::new().sensitive().transform(schema);
}

/// Keeps the values of sensitive types masked in a whole schema, whatever its fields say about
/// their display.
pub(super) fn keep_sensitive() -> impl Transform + Clone {
    RecursiveTransform(|schema: &mut Schema| {
        if schema.remove(SENSITIVE).is_some() {
            FieldDisplay::new().sensitive().transform(schema);
        }
    })
}

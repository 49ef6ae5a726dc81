//! A plugin's OpenAPI document, as far as requests can be made up from it.

use serde_json::{Map, Value};

/// How deep a reference to a schema may lead to further ones.
const DEEPEST: usize = 8;

/// What a plugin documents of itself.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) paths: Vec<DocumentedPath>,
    /// Expressions that stand there instead of paths; older servers' libraries write such.
    patterns: Vec<String>,
}

/// One path and what can be done with it.
#[derive(Debug, Default)]
pub(super) struct DocumentedPath {
    /// Without a leading slash, with `{name}` for what varies.
    pub(super) template: String,
    pub(super) reads: bool,
    pub(super) lists: bool,
    pub(super) pages: bool,
    pub(super) deletes: bool,
    pub(super) patches: bool,
    pub(super) writes: bool,
    /// The fields of a write.
    pub(super) fields: Vec<Field>,
}

/// One field of a write.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) has_default: bool,
    pub(super) schema: Map<String, Value>,
}

impl Document {
    /// Reads the answer to a request for help.
    pub(super) fn read(help: &Value) -> Self {
        let openapi = help.get("openapi").unwrap_or(&Value::Null);
        let paths = openapi.get("paths").and_then(Value::as_object);
        let all = paths.into_iter().flatten();
        let all = all.map(|(path, item)| DocumentedPath::read(path, item, openapi));
        let (mut paths, patterns): (Vec<_>, Vec<_>) = all.partition(DocumentedPath::is_plain);
        let patterns = patterns.into_iter().map(|path| path.template).collect();
        // Whatever is configured comes before what is named, and may be needed for it.
        paths.sort_by_key(|path| (path.parameters().count(), path.template.clone()));
        Self { paths, patterns }
    }

    /// Returns the path that seems to take every other, if there is one.
    pub(super) fn takes_all(&self) -> Option<&str> {
        let paths = self.paths.iter().map(|path| path.template.as_str());
        let mut all = paths.chain(self.patterns.iter().map(String::as_str));
        all.find(|path| path.starts_with('{') || path.contains('*') || path.is_empty())
    }
}

impl DocumentedPath {
    fn read(path: &str, item: &Value, openapi: &Value) -> Self {
        let get = item.get("get");
        let parameters = get.and_then(|get| get.get("parameters")).and_then(Value::as_array);
        let query: Vec<(&str, bool)> = parameters
            .into_iter()
            .flatten()
            .filter(|parameter| parameter.get("in").is_some_and(|place| place == "query"))
            .filter_map(|parameter| {
                let required = parameter.get("required").is_some_and(|required| required == true);
                Some((parameter.get("name")?.as_str()?, required))
            })
            .collect();
        let has = |wanted: &str| query.iter().any(|(name, _)| *name == wanted);
        let only_lists = query.iter().any(|(name, required)| *name == "list" && *required);
        let post = item.get("post");
        Self {
            template: path.trim_start_matches('/').to_owned(),
            reads: get.is_some() && !only_lists,
            lists: has("list"),
            pages: has("after") && has("limit"),
            deletes: item.get("delete").is_some(),
            patches: item.get("patch").is_some(),
            writes: post.is_some(),
            fields: post.map(|post| fields(post, openapi)).unwrap_or_default(),
        }
    }

    fn is_plain(&self) -> bool {
        !self.template.contains(['^', '$', '*', '?', '(', '[', '\\'])
    }

    /// Returns the names of what varies.
    fn parameters(&self) -> impl Iterator<Item = &str> {
        let parts = self.template.split('{').skip(1);
        parts.filter_map(|part| part.split('}').next())
    }

    /// Returns whether a part of it varies.
    pub(super) fn varies(&self) -> bool {
        self.parameters().next().is_some()
    }

    /// Returns a path of this form, with `name` for the last part that varies and a fixed one for
    /// others.
    pub(super) fn named(&self, name: &str) -> String {
        let mut path = self.template.clone();
        let parameters: Vec<&str> = self.parameters().collect();
        for (index, parameter) in parameters.iter().enumerate() {
            let value = if index + 1 == parameters.len() { name } else { super::samples::NAME };
            path = path.replacen(&format!("{{{parameter}}}"), value, 1);
        }
        path
    }
}

impl Field {
    /// Returns the JSON type; text for what is not said.
    pub(super) fn kind(&self) -> &str {
        match self.schema.get("type") {
            Some(Value::String(kind)) => kind,
            Some(Value::Array(kinds)) => kinds.iter().find_map(Value::as_str).unwrap_or("string"),
            _ => "string",
        }
    }

    /// Returns a value that fits, with `text` where any text does.
    pub(super) fn value(&self, text: &str) -> Value {
        let choice = self.schema.get("enum").and_then(Value::as_array);
        if let Some(choice) = choice.and_then(|choices| choices.first()) {
            return choice.clone();
        }
        match self.kind() {
            "integer" | "number" => {
                let least = self.schema.get("minimum").filter(|least| least.is_number());
                least.cloned().unwrap_or_else(|| Value::from(60))
            }
            "boolean" => Value::Bool(false),
            "array" => Value::Array(vec![Value::from(text)]),
            "object" => {
                Value::Object([("key".to_owned(), Value::from(text))].into_iter().collect())
            }
            _ => Value::from(text),
        }
    }

    /// Returns a value that no field of this type takes, where there is one.
    pub(super) fn wrong_value(&self) -> Option<Value> {
        let list = || Value::Array(vec![Value::Object(Map::new())]);
        matches!(self.kind(), "integer" | "number" | "boolean").then(list)
    }
}

fn fields(post: &Value, openapi: &Value) -> Vec<Field> {
    let content = post.pointer("/requestBody/content").and_then(Value::as_object);
    let schema = content.and_then(|content| content.values().next()?.get("schema"));
    let Some(schema) = schema.and_then(|schema| resolved(schema, openapi)) else {
        return Vec::new();
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let field = |(name, property): (&String, &Value)| {
        let mut property = resolved(property, openapi)?.clone();
        if let Some(Value::Array(parts)) = property.get("allOf") {
            let part = parts.first().and_then(|part| resolved(part, openapi)).cloned();
            property.extend(part.unwrap_or_default());
        }
        Some(Field {
            name: name.clone(),
            required: is_required(name),
            has_default: property.contains_key("default"),
            schema: property,
        })
    };
    properties.into_iter().flatten().filter_map(field).collect()
}

/// Returns the schema that a reference leads to.
fn resolved<'a>(mut schema: &'a Value, openapi: &'a Value) -> Option<&'a Map<String, Value>> {
    for _ in 0..DEEPEST {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => schema = openapi.pointer(reference.strip_prefix('#')?)?,
            None => return schema.as_object(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_and_fields_are_read_through_references() {
        let document = Document::read(&json!({ "openapi": {
            "paths": {
                "/role/{name}": {
                    "get": {},
                    "post": { "requestBody": { "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/Role" } } } } },
                },
                "/role/": { "get": { "parameters": [
                    { "name": "list", "in": "query", "required": true },
                    { "name": "after", "in": "query" }, { "name": "limit", "in": "query" },
                ] } },
            },
            "components": { "schemas": { "Role": {
                "required": ["user"],
                "properties": { "user": { "type": "string" }, "uses": { "type": "integer" } },
            } } },
        } }));
        let [list, role] = document.paths.as_slice() else { panic!("{document:?}") };
        assert!(list.lists && list.pages && !list.reads && !list.varies());
        assert!(role.reads && role.writes && !role.deletes && !role.lists);
        assert_eq!(role.named("x"), "role/x");
        let [user, uses] = role.fields.as_slice() else { panic!("{role:?}") };
        assert!(user.required && !uses.required);
        assert_eq!((user.value("t"), uses.value("t")), (json!("t"), json!(60)));
        assert!(user.wrong_value().is_none() && uses.wrong_value().is_some());
        assert_eq!(document.takes_all(), None);
    }

    #[test]
    fn what_is_no_document_has_no_paths() {
        let references = json!({ "$ref": "#/a" });
        for help in [json!(null), json!({ "openapi": { "paths": [] } }), json!({ "openapi": 1 })] {
            assert!(Document::read(&help).paths.is_empty(), "{help}");
        }
        assert_eq!(resolved(&references, &json!({ "a": { "$ref": "#/a" } })), None);
    }
}

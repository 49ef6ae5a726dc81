//! The OpenAPI documents: each mount's own, and the server's, into which it merges them.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use cargo_vault_plugin::server::{Capability, ServerBinary};
use plugin_host::BlockingClient;
use serde_json::{Value, json};

use crate::backends::{Backends, MOUNTS};
use crate::on_every_server;
use crate::validator::validate;

on_every_server!(each_mounts_document_is_valid, the_servers_document_is_valid_with_our_paths);

const METHODS: [&str; 6] = ["get", "put", "post", "delete", "patch", "head"];

fn each_mounts_document_is_valid(binary: &ServerBinary) -> Result<()> {
    let backends = Backends::start(binary)?;
    let api = backends.api();
    let mut documents = Vec::new();
    for mount in MOUNTS {
        let document = own_document(&api, mount)?;
        assert_eq!(document["info"]["version"], binary.version.as_str(), "{mount}");
        assert!(operations(&document) > 0, "{mount} has no operation");
        documents.push((mount, document));
    }
    validate(&documents.iter().map(|(mount, document)| (*mount, document)).collect::<Vec<_>>())?;

    // The validator would say so if it were not.
    let (mount, mut document) = documents.swap_remove(MOUNTS.len() - 1);
    document["paths"]["/role/{name}"]["parameters"] = json!([]);
    let refusal = validate(&[(mount, &document)]).map_err(|error| error.to_string());
    assert!(refusal.as_ref().is_err_and(|text| text.contains("'name'")), "{refusal:?}");
    Ok(())
}

fn the_servers_document_is_valid_with_our_paths(binary: &ServerBinary) -> Result<()> {
    let backends = Backends::start(binary)?;
    let api = backends.api();
    let merged = api.read("sys/internal/specs/openapi").success()?.raw_as::<Value>()?;
    let mut documents = Vec::new();
    for mount in MOUNTS {
        let document = of_mount(&merged, mount)?;
        let own = own_document(&api, mount)?;
        let all = |method: &str| method != "patch" || binary.can(Capability::DocumentedPatch);
        let expected = counted(&own, all);
        assert_eq!(operations(&document), expected, "{mount}: operations");
        documents.push((mount, document));
    }
    validate(&documents.iter().map(|(mount, document)| (*mount, document)).collect::<Vec<_>>())
}

/// What the mount answers when it is asked for help.
fn own_document(api: &BlockingClient, mount: &str) -> Result<Value> {
    let help = api.help(&format!("{mount}/")).success()?;
    Ok(help.data["openapi"].clone())
}

/// How many operations there are. Each has an id, which OpenAPI itself leaves to choice.
fn operations(document: &Value) -> usize {
    counted(document, |_| true)
}

/// How many operations a document has, of some methods.
fn counted(document: &Value, counts: impl Fn(&str) -> bool) -> usize {
    let items = document["paths"].as_object().into_iter().flatten();
    let methods: Vec<_> = METHODS.into_iter().filter(|method| counts(method)).collect();
    let methods = &methods;
    let operations = items.flat_map(|(path, item)| {
        methods.iter().filter_map(move |method| Some((path, method, item.get(*method)?)))
    });
    operations
        .inspect(|(path, method, operation)| {
            assert!(operation["operationId"].is_string(), "{method} {path} has no id");
        })
        .count()
}

/// The server's document with a mount's paths alone, and the schemas that they name: what a server
/// says of its own backends is not for us to answer for.
fn of_mount(merged: &Value, mount: &str) -> Result<Value> {
    let prefix = format!("/{mount}/");
    let paths: serde_json::Map<_, _> = merged["paths"]
        .as_object()
        .context("no paths")?
        .iter()
        .filter(|(path, _)| path.starts_with(&prefix))
        .map(|(path, item)| (path.clone(), item.clone()))
        .collect();
    let paths = Value::Object(paths);
    let mut names = BTreeSet::new();
    named_schemas(&paths, merged, &mut names);
    let all = &merged["components"]["schemas"];
    let schemas: serde_json::Map<_, _> = names
        .into_iter()
        .filter_map(|name| Some((name.clone(), all.get(&name)?.clone())))
        .collect();
    Ok(json!({
        "openapi": merged["openapi"],
        "info": merged["info"],
        "paths": paths,
        "components": { "schemas": schemas },
    }))
}

/// Adds the names of the schemas that a value refers to, and of those that they refer to.
fn named_schemas(value: &Value, document: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|text| text.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|name| names.insert((*name).to_owned())) {
                named_schemas(&document["components"]["schemas"][name], document, names);
            }
            fields.values().for_each(|field| named_schemas(field, document, names));
        }
        Value::Array(items) => items.iter().for_each(|item| named_schemas(item, document, names)),
        _ => {}
    }
}

//! What the plugin refuses, and with which kind of error.

use serde_json::{Map, Value};

use super::document::DocumentedPath;
use super::finding::{Check, Finding};
use super::samples::{NAME, Samples};
use super::trial::{Called, Trial, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH};

/// A path that no plugin has on purpose.
const NO_PATH: &str = "conformance-none/such/path";

/// Checks the answer to a path that the plugin does not have.
pub(super) async fn unknown_path(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check { name: "unknown path", tried: "a read of conformance-none/such/path" };
    let called = trial.read(NO_PATH).await;
    if called.error_kind() == Some(UNSUPPORTED_PATH) {
        return check.ok("it is an unsupported path, which is status 404");
    }
    if let Some(path) = samples.document.takes_all() {
        return check.skipped(format!("the path /{path} takes every path"));
    }
    if samples.all.iter().any(|sample| sample.path == NAME) {
        return check.skipped("it seems to take every path");
    }
    let remedy = "answer with the error of type 6, unsupported path";
    match (called.answer().status, called.error_kind()) {
        (404, None) => check.warning(
            "it is answered like an existing path without an entry",
            "answers as for an entry that does not exist, which hides a mistyped path",
            remedy,
        ),
        (400..500, _) => {
            check.warning(called.shown(), "shows that instead of `unsupported path`", remedy)
        }
        _ => check.failure(
            called.shown(),
            "gives this answer for a path that does not exist",
            remedy,
        ),
    }
}

/// Checks an operation that a path does not have, and one that does not exist.
pub(super) async fn unsupported_operation(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check {
        name: "unsupported operation",
        tried: "an operation that does not exist, and one that a documented path does not have",
    };
    let remedy = "answer with the error of type 5, unsupported operation";
    let path = samples.all.first().map_or(NAME, |sample| sample.path.as_str());
    let called = trial.call("conformance-unknown", path, &Value::Null).await;
    if called.succeeded() && called.reply.as_ref().is_ok_and(|reply| reply.response.is_some()) {
        return check.failure(
            "an unknown operation is answered like a known one",
            "sends operations that newer servers have, and takes the answer for one to them",
            remedy,
        );
    }
    let lacking = samples.document.paths.iter().find_map(|path| Some((path, lacks(path)?)));
    let Some((path, operation)) = lacking else {
        return check.skipped("every documented path has every operation, or none is documented");
    };
    let path = path.named(NAME);
    let called = trial.call(operation, &path, &Value::Object(Map::new())).await;
    match (called.error_kind(), called.answer().status) {
        (Some(UNSUPPORTED_OPERATION), _) => {
            check.ok(format!("{operation} of {path} is status 405"))
        }
        (_, status) if status >= 500 => {
            let found = format!("{operation} of {path}: {}", called.shown());
            check.failure(found, "answers with status 500 to a client's mistake", remedy)
        }
        _ => {
            let found = format!("{operation} of {path}: {}", called.shown());
            check.warning(found, "shows that and not status 405", remedy)
        }
    }
}

/// Returns an operation that is not documented for a path, of those that change least.
fn lacks(path: &DocumentedPath) -> Option<&'static str> {
    let named = !path.template.is_empty() && !path.template.ends_with('/') && !path.lists;
    match path {
        _ if !named => None,
        path if !path.deletes => Some("delete"),
        path if !path.reads => Some("read"),
        path if !path.patches => Some("patch"),
        _ => None,
    }
}

/// Checks that values of the wrong type are refused as the client's mistake.
pub(super) async fn bad_input(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check {
        name: "bad input",
        tried: "writes with a list where the document has a number or a truth value",
    };
    let mut tried = 0;
    for path in samples.document.paths.iter().filter(|path| path.writes) {
        let wrong = path.fields.iter().find_map(|field| Some((&field.name, field.wrong_value()?)));
        let Some((field, value)) = wrong else { continue };
        let name = path.named(NAME);
        let sample = samples.all.iter().find(|sample| sample.path == name);
        let mut data = sample.map(|sample| sample.data.clone()).unwrap_or_default();
        if !data.is_object() {
            data = Value::Object(Map::new());
        }
        if let Some(fields) = data.as_object_mut() {
            fields.insert(field.clone(), value);
        }
        tried += 1;
        if let Some(finding) = judged(check, &name, field, &trial.write(&name, &data).await) {
            return finding;
        }
    }
    match tried {
        0 => check.skipped("no documented field is a number or a truth value"),
        _ => check.ok(format!("{tried} paths refuse it with a status of 400 and above")),
    }
}

fn judged(check: Check, path: &str, field: &str, called: &Called) -> Option<Finding> {
    let remedy = "check fields before anything is done, and answer with status 400";
    match called.answer().status {
        400..500 => None,
        500.. => Some(check.failure(
            format!("the field {field} of {path}: {}", called.shown()),
            "answers with status 500, and the client does not learn what was wrong",
            remedy,
        )),
        status => Some(check.warning(
            format!("the field {field} of {path} is taken as a list, with status {status}"),
            "passes it on",
            remedy,
        )),
    }
}

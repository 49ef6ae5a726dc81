//! Lists: every name, in order, and page by page.

use serde_json::{Value, json};

use super::finding::{Check, Finding};
use super::samples::{Sample, Samples};
use super::trial::Trial;

/// Writes several entries and lists them.
pub(super) async fn sorted(trial: &Trial, samples: &Samples) -> Vec<Finding> {
    let order = Check { name: "list", tried: "three writes to sibling paths and a list of them" };
    let pages = Check { name: "paged list", tried: "the same list with `after` and `limit`" };
    if samples.all.is_empty() {
        return vec![order.skipped(samples.none()), pages.skipped(samples.none())];
    }
    for sample in samples.all.iter().filter(|sample| !sample.others.is_empty()) {
        let Some(names) = write_all(trial, sample).await else { continue };
        let Some((folder, found)) = list(trial, samples, folder_of(&sample.path), &names).await
        else {
            continue;
        };
        let mut ordered = found.clone();
        ordered.sort();
        if let Some(missing) = names.iter().find(|name| !found.contains(name)) {
            let found = order.failure(
                format!("{missing} was written below {folder:?} and is not in its list"),
                "shows the list as it is",
                "list the prefix that is written to",
            );
            return vec![found, pages.skipped("the list itself is wrong")];
        }
        let first = if found == ordered {
            order.ok(format!("{} names below {folder:?}, in order", found.len()))
        } else {
            order.warning(
                format!("the names below {folder:?} are not sorted"),
                "shows them as they are; storage lists in order, and clients expect that",
                "pass the names on in the order in which storage has them",
            )
        };
        return vec![first, paged(trial, samples, &folder, &found, pages).await];
    }
    let none = "no path that was written has a list of its folder";
    vec![order.skipped(none), pages.skipped(none)]
}

/// Returns the list that has the names: that of their folder, or else another documented one.
async fn list(
    trial: &Trial,
    samples: &Samples,
    folder: &str,
    names: &[String],
) -> Option<(String, Vec<String>)> {
    let mut own = None;
    let documented = samples.document.paths.iter().filter(|path| path.lists && !path.varies());
    let others = documented.map(|path| format!("{}/", path.template.trim_end_matches('/')));
    for path in std::iter::once(folder.to_owned()).chain(others) {
        let called = trial.call("list", &path, &Value::Null).await;
        let found = called.answer().keys();
        if !called.succeeded() || found.is_empty() {
            continue;
        }
        if found.iter().any(|name| names.contains(name)) {
            return Some((path, found));
        }
        if path == folder {
            own = Some((path, found));
        }
    }
    own
}

async fn paged(
    trial: &Trial,
    samples: &Samples,
    folder: &str,
    all: &[String],
    check: Check,
) -> Finding {
    let documented = samples.document.paths.iter().any(|path| path.lists && path.pages);
    if !documented {
        return check.skipped("no list documents the fields `after` and `limit`");
    }
    let Some(after) = all.first() else { return check.skipped("there is nothing to list") };
    let query = json!({ "after": after, "limit": "1" });
    let page = trial.call("list", folder, &query).await.answer().keys();
    let expected: Vec<String> = all.iter().skip(1).take(1).cloned().collect();
    if page == expected {
        check.ok(format!("one name after {after}"))
    } else if page == all {
        check.skipped(format!("the list below {folder:?} takes neither field"))
    } else {
        check.failure(
            format!("one name after {after} was asked for, and {} came", page.len()),
            "passes the fields on and shows what comes",
            "list at most `limit` names that sort after `after`",
        )
    }
}

/// Returns the names that were written, if all of the writes were taken.
async fn write_all(trial: &Trial, sample: &Sample) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for path in std::iter::once(&sample.path).chain(&sample.others) {
        if !trial.write(path, &sample.data).await.succeeded() {
            return None;
        }
        names.push(path.strip_prefix(folder_of(path))?.to_owned());
    }
    Some(names)
}

/// Returns the path up to its last part, with the slash at its end; empty at the mount's root.
fn folder_of(path: &str) -> &str {
    match path.rfind('/') {
        Some(end) => path.get(..=end).unwrap_or_default(),
        None => "",
    }
}

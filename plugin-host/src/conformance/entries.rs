//! One entry's life: not there, created, there, updated, deleted.

use super::finding::{Check, Finding};
use super::samples::Samples;
use super::trial::Trial;

/// Checks whether the existence check says the same as reads do. Needs a fresh mount.
pub(super) async fn existence(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check {
        name: "existence check",
        tried: "the check before and after each write, beside a read",
    };
    let remedy = "answer the existence check from storage, for the path that is written";
    let mut asked = 0;
    for sample in &samples.all {
        let (path, data) = (&sample.path, &sample.data);
        let before = match trial.exists(path, data).await {
            Ok(Some(before)) => before,
            Ok(None) => {
                trial.call("update", path, data).await;
                continue;
            }
            Err(error) => {
                let server = "answers every write there with status 500 or 400";
                return check.failure(format!("{path}: {error}"), server, remedy);
            }
        };
        asked += 1;
        let absent_before = absent(trial, path).await;
        let written = trial.call(if before { "update" } else { "create" }, path, data).await;
        if !written.succeeded() {
            continue;
        }
        let after = trial.exists(path, data).await.ok().flatten();
        let absent_after = absent(trial, path).await;
        if before && absent_before == Some(true) {
            return check.failure(
                format!("{path} is said to exist before it was written, and a read finds nothing"),
                "asks for the capability `update` where `create` is meant",
                remedy,
            );
        }
        if after == Some(false) && absent_after == Some(false) {
            return check.failure(
                format!("{path} is said not to exist although a read finds it"),
                "asks for the capability `create` for every write, and the plugin never updates",
                remedy,
            );
        }
    }
    match (samples.all.is_empty(), asked) {
        (true, _) => check.skipped(samples.none()),
        (_, 0) => check.skipped("no path has one, so that every write is an update"),
        _ => check.ok(format!("it agrees with reads on {asked} paths")),
    }
}

/// Returns whether a read finds nothing; `None` when it does not tell.
async fn absent(trial: &Trial, path: &str) -> Option<bool> {
    let read = trial.read(path).await;
    match read.answer().status {
        200 => Some(false),
        404 if read.error_kind().is_none() => Some(true),
        _ => None,
    }
}

/// Checks the deletion of an entry that exists, and of one that does not.
pub(super) async fn deletion(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check { name: "delete", tried: "a delete, a read, and the same delete once more" };
    let mut deleted = 0;
    for sample in &samples.all {
        let path = &sample.path;
        if !trial.write(path, &sample.data).await.succeeded()
            || absent(trial, path).await != Some(false)
            || !trial.call("delete", path, &serde_json::Value::Null).await.succeeded()
        {
            continue;
        }
        deleted += 1;
        if trial.read(path).await.answer().status == 200 {
            return check.failure(
                format!("{path} is still read after its deletion"),
                "says that the data were deleted",
                "delete the entry that the read reads",
            );
        }
        let again = trial.call("delete", path, &serde_json::Value::Null).await;
        if !again.succeeded() {
            return check.warning(
                format!("deleting {path} twice is answered with {}", again.shown()),
                "repeats a request whose process died, and then shows this error",
                "let the deletion of an entry that does not exist succeed",
            );
        }
    }
    match (samples.all.is_empty(), deleted) {
        (true, _) => check.skipped(samples.none()),
        (_, 0) => check.skipped("no path that was written can be read and deleted"),
        _ => check.ok(format!("{deleted} paths are gone when they are deleted")),
    }
}

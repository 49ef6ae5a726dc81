//! `sys/remount`.

use serde::Deserialize;
use serde_json::json;

use super::refusal::refusal;
use super::{Own, data, unsupported};
use crate::answer::Answer;
use crate::error::HostError;
use crate::error::PathError;
use crate::printable::is_printable;

/// What servers say of a move, which they make after they have answered. Here it is done.
const QUEUED: &str = "Mount move has been queued. Progress will be reported in OpenBao's server \
                      log, tagged with the returned migration_id";

/// Removes empty and relative segments from a path, but not those that lead out of it.
fn cleaned(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    format!("{}/", if kept.is_empty() { ".".to_owned() } else { kept.join("/") })
}

/// The server's own mounts, which stay where they are.
const OWN: [&str; 5] = ["auth/token/", "sys/", "identity/", "cubbyhole/", "audit/"];

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl Own<'_> {
    pub(super) async fn remount(&self) -> Answer {
        if !self.writes() {
            return unsupported();
        }
        let wanted: Wanted = match self.read() {
            Ok(wanted) => wanted,
            Err(refused) => return refused.answer(),
        };
        let (from, to) = (wanted.from.as_str(), wanted.to.as_str());
        if from.is_empty() || to.is_empty() {
            let text = "both 'from' and 'to' path must be specified as a string";
            return Answer::refused(400, text);
        }
        for (name, path) in [("from", from), ("to", to)] {
            if path.starts_with(' ') || path.ends_with(' ') {
                let text = format!("'{name}' path cannot contain trailing whitespace");
                return Answer::refused(400, text);
            }
        }
        if let Err(refused) = check_move(from, to) {
            return Answer::refused(400, refused);
        }
        match self.host.move_mount(from, to).await {
            // What a lease's revocation fails at is found out after the answer.
            Ok(()) | Err(HostError::Revoke(_)) => {
                let mut answer = data(json!({ "migration_id": uuid::Uuid::new_v4().to_string() }));
                answer.warnings.push(QUEUED.to_owned());
                answer
            }
            Err(HostError::Path(PathError::InUse(path))) => {
                Answer::refused(400, format!("path already in use at {path:?}"))
            }
            Err(HostError::Path(PathError::Reserved(path))) => {
                Answer::refused(400, format!("cannot remount to destination {path}"))
            }
            Err(error) => refusal(&error),
        }
    }
}

/// Checks the paths before the mounts are looked for.
fn check_move(from: &str, to: &str) -> Result<(), String> {
    let folder = |path: &str| format!("{}/", path.trim_start_matches('/').trim_end_matches('/'));
    let (from, to) = (folder(from), folder(to));
    for (which, path) in [("source", &from), ("destination", &to)] {
        let cleaned = cleaned(path);
        if *path != cleaned {
            return Err(format!(
                "invalid {which} mount: path '{path}' does not match cleaned path '{cleaned}'"
            ));
        }
        if !is_printable(path) {
            let why = "path cannot contain non-printable characters";
            return Err(format!("invalid {which} mount: {why}"));
        }
    }
    if OWN.iter().any(|own| from.starts_with(own)) {
        return Err(format!("cannot remount {from:?}"));
    }
    if from.starts_with("auth/") && !to.starts_with("auth/") {
        return Err(format!("cannot remount auth mount to non-auth mount {to:?}"));
    }
    Ok(())
}

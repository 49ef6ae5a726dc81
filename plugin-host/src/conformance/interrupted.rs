//! Requests whose client has gone, requests without time, and the tick of every minute.

use std::time::Duration;

use serde_json::Value;

use super::finding::{Check, Finding};
use super::samples::{NAME, Samples};
use super::trial::{Trial, UNSUPPORTED_OPERATION};
use crate::{Fault, When};

/// How long a request of no time has.
const NO_TIME: Duration = Duration::from_millis(200);

/// How long a request may take to reach its storage.
const PATIENCE: Duration = Duration::from_secs(5);

const GONE: &str = "keeps the mount's other requests waiting, or starts the process again";
const REMEDY: &str = "end a request's work when its call is cancelled, and hold no lock meanwhile";

/// Checks a request that is cancelled while it waits for its storage.
pub(super) async fn cancelled(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check {
        name: "cancelled request",
        tried: "a request that is given up while its storage stalls, and another after it",
    };
    let path = samples.all.first().map_or(NAME, |sample| sample.path.as_str());
    trial.faults().forget_calls();
    trial.faults().add(When::always(), Fault::Stall);
    let stalled = async {
        while trial.faults().count() == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let reached = tokio::select! {
        biased;
        () = stalled => true,
        // It never asked its storage, so that there was nothing to give up.
        _ = trial.read(path) => trial.faults().count() > 0,
        () = tokio::time::sleep(PATIENCE) => false,
    };
    trial.faults().clear();
    if !reached {
        return check.skipped(format!("a read of {path} does not ask its storage"));
    }
    afterwards(trial, path, check).await
}

/// Checks a request whose time is over before its storage answers.
pub(super) async fn late(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check {
        name: "late request",
        tried: "a request with 200 ms whose storage stalls, and another after it",
    };
    let path = samples.all.first().map_or(NAME, |sample| sample.path.as_str());
    trial.faults().forget_calls();
    trial.faults().add(When::always(), Fault::Stall);
    let called = trial.send_within(trial.request("read", path, &Value::Null), NO_TIME).await;
    let asked = trial.faults().count() > 0;
    trial.faults().clear();
    if !asked {
        return check.skipped(format!("a read of {path} does not ask its storage"));
    }
    if called.succeeded() {
        return check.failure(
            "it is answered with success although its storage never answered",
            "passes the answer on",
            "pass storage's errors on as the error of the request",
        );
    }
    afterwards(trial, path, check).await
}

async fn afterwards(trial: &Trial, path: &str, check: Check) -> Finding {
    let called = trial.send_within(trial.request("read", path, &Value::Null), PATIENCE).await;
    match called.reply {
        Ok(_) => check.ok("the next request is answered as usual"),
        Err(error) => check.failure(format!("the next request: {error}"), GONE, REMEDY),
    }
}

const EVERY_MINUTE: &str = "logs this error once a minute for every mount";
const TICK_REMEDY: &str =
    "answer the operation rollback with nothing, or with unsupported operation";

/// Checks the tick that every mount gets.
pub(super) async fn rollback(trial: &Trial) -> Finding {
    let check =
        Check { name: "rollback tick", tried: "the rollback that servers send every minute" };
    let mut request = trial.request("rollback", "", &Value::Null);
    (request.connection, request.id) = (None, String::new());
    request.client_token.clear();
    let called = trial.send(request).await;
    match (called.error_kind(), &called.reply) {
        (Some(UNSUPPORTED_OPERATION), _) => check.ok("it reports that it has no periodic work"),
        (None, Ok(_)) => check.ok("it is accepted"),
        (_, Ok(_)) => check.warning(called.shown(), EVERY_MINUTE, TICK_REMEDY),
        (_, Err(_)) => check.failure(called.shown(), EVERY_MINUTE, TICK_REMEDY),
    }
}

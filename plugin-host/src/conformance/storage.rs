//! Storage that refuses: its errors are the server's, and have to reach it.

use super::finding::{Check, Finding};
use super::samples::Samples;
use super::trial::Trial;
use crate::{Fault, StorageOperation, When};
use plugin_runtime::__private::error::READ_ONLY;

/// What a failing read of storage says.
const FAILURE: &str = "conformance: the disk is gone";

/// Checks the text of the read-only error, by which a standby decides to forward a request.
pub(super) async fn read_only(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check { name: "read-only storage", tried: "a write while storage refuses writes" };
    let remedy = "pass the storage's error on with its text, as the error of the request";
    for sample in &samples.all {
        trial.set_read_only(true);
        trial.faults().forget_calls();
        let called = trial.write(&sample.path, &sample.data).await;
        let wrote = trial.faults().calls().iter().any(|call| call.operation.writes());
        trial.set_read_only(false);
        if !wrote {
            continue;
        }
        if called.error_text().contains(READ_ONLY) {
            return check
                .ok("the error reaches the server with its text, which forwards the request");
        }
        let shown = called.shown();
        if shown.contains(READ_ONLY) {
            return check.warning(
                "the text is in the data of the response and not in the request's error",
                "forwards to the active node only if it looks there, as OpenBao does",
                remedy,
            );
        }
        let server = "can't tell that the request has to go to the active node, and answers this \
                      on every standby";
        return check.failure(format!("the write is answered with {shown}"), server, remedy);
    }
    match samples.all.is_empty() {
        true => check.skipped(samples.none()),
        false => check.skipped("no known write stores anything"),
    }
}

/// Checks that an entry that cannot be read is not treated as one that does not exist.
pub(super) async fn failing(trial: &Trial, samples: &Samples) -> Finding {
    let check = Check { name: "failing storage", tried: "a read while storage fails" };
    for sample in &samples.all {
        trial.write(&sample.path, &sample.data).await;
        trial.faults().add(When::always().of(StorageOperation::Get), Fault::Fail(FAILURE.into()));
        trial.faults().forget_calls();
        let called = trial.read(&sample.path).await;
        let asked = trial.faults().count() > 0;
        trial.faults().clear();
        if !asked {
            continue;
        }
        let status = called.answer().status;
        return if status >= 500 {
            check.ok(format!("it is status {status}"))
        } else {
            check.failure(
                format!("it is answered with {}", called.shown()),
                "tells clients that there is nothing, or that they are wrong, while its disk fails",
                "pass storage's errors on as the error of the request",
            )
        };
    }
    match samples.all.is_empty() {
        true => check.skipped(samples.none()),
        false => check.skipped("no known read uses storage"),
    }
}

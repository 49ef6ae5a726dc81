//! Several mounts in one process, and their ends.

use super::finding::{Check, Finding};
use super::samples::Samples;
use super::subject::Subject;
use crate::mounted_backend::{InstanceError, MountedBackend as _};
use crate::process::RemoteInstance;

const ALONE: &str = "each of its processes holds one mount";

/// Checks that what one mount stores does not appear in another.
pub(super) async fn independent(subject: &Subject<'_>, samples: &Samples) -> Finding {
    let planted = subject.planted;
    let check = Check {
        name: "two mounts in one process",
        tried: "two Setups, a write to one mount and a look at the other",
    };
    if !subject.known.multiplexes {
        return check.skipped(ALONE);
    }
    let remedy = "keep state per instance, by the identifier that comes with each call";
    let (first, second) = match (subject.mounted().await, subject.mounted().await) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(error), _) | (_, Err(error)) => {
            return check.failure(error, "can't enable the plugin a second time", remedy);
        }
    };
    let finding = match samples.all.first() {
        None => check.ok("both are set up; what they store could not be compared"),
        Some(sample) => {
            let written = first.write(&sample.path, &sample.data).await;
            let left = second.stored().await.unwrap_or_default();
            if !left.is_empty() && !first.stored().await.is_ok_and(|keys| !keys.is_empty()) {
                check.failure(
                    "a write to the first mount was stored in the second",
                    "shows one tenant's data to another",
                    remedy,
                )
            } else if !written.succeeded() {
                check.failure(
                    format!(
                        "a write works on a single mount, but not with a second one: {}",
                        written.shown()
                    ),
                    "fails like this as soon as the plugin is enabled twice",
                    remedy,
                )
            } else {
                let seen = second.read(&sample.path).await;
                let has_data = seen.answer().data.as_object().is_some_and(|data| {
                    let written = sample.data.as_object();
                    written.is_some_and(|fields| {
                        fields.iter().any(|(name, value)| {
                            value == planted.value() && data.get(name) == Some(value)
                        })
                    })
                });
                if has_data {
                    check.failure(
                        "what was written to the first mount is read from the second",
                        "shows one tenant's data to another",
                        remedy,
                    )
                } else {
                    check.ok("what is written to one is not in the other")
                }
            }
        }
    };
    second.instance.cleanup().await;
    first.instance.cleanup().await;
    finding
}

/// Checks requests with an identifier that the plugin was never given.
pub(super) async fn unknown(subject: &Subject<'_>) -> Finding {
    let check =
        Check { name: "unknown instance", tried: "a call for a mount that was never set up" };
    let Some(process) = subject.process().filter(|_| subject.known.multiplexes) else {
        return check.skipped(ALONE);
    };
    let instance = match RemoteInstance::never_set_up(&process).await {
        Ok(instance) => instance,
        Err(error) => return check.skipped(error.to_string()),
    };
    match instance.kind().await {
        Err(error @ InstanceError::Status { .. }) => check.ok(format!("it is refused: {error}")),
        Err(InstanceError::Gone) => check.failure(
            "the process ends",
            "starts every mount of the plugin again",
            "answer with a gRPC error, and go on",
        ),
        other => check.failure(
            format!("it is answered: {other:?}"),
            "can't detect that the plugin has lost the mount",
            "look the instance up by its identifier, and answer with a gRPC error if there is none",
        ),
    }
}

/// Checks the end of a mount, twice, and a request that comes too late.
pub(super) async fn cleaned_up(subject: &Subject<'_>) -> Vec<Finding> {
    let twice = Check { name: "Cleanup twice", tried: "two Cleanups of one mount" };
    let late = Check { name: "request after Cleanup", tried: "a read of a mount that is gone" };
    let crash = "starts every mount of the process again, and repeats pending requests";
    let trial = match subject.mounted().await {
        Ok(trial) => trial,
        Err(error) => {
            return vec![twice.skipped(error.clone()), late.skipped(error)];
        }
    };
    trial.instance.cleanup().await;
    trial.instance.cleanup().await;
    let ended = |check: Check| {
        check.failure(
            "the process ended",
            crash,
            "answer every call, also for a mount that is gone",
        )
    };
    let first = match trial.process.exited_by_now() {
        Some(_) => ended(twice),
        None => twice.ok("the second one does nothing"),
    };
    if !subject.known.multiplexes {
        return vec![first, late.skipped(ALONE)];
    }
    let second = match trial.read(super::samples::NAME).await.reply {
        Err(InstanceError::Gone) => ended(late),
        Err(error) => late.ok(format!("it is refused: {error}")),
        Ok(reply) if reply.err.is_some() => late.ok("it is refused"),
        Ok(_) => late.warning(
            "it is answered as if the mount were still there",
            "may show what belongs to a mount that was disabled",
            "remove the instance in Cleanup",
        ),
    };
    vec![first, second]
}

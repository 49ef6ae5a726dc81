//! What a server asks of a plugin before anything is mounted: a multiplexing question, an empty
//! Setup, the type and the version; and then it kills the process.

use super::finding::{Check, Finding};
use super::start;
use super::subject::{Starts, Subject};
use super::trial::Trial;
use crate::PluginType;
use crate::mounted_backend::MountedBackend as _;
use crate::process::{MountServices, PluginProcess, RemoteInstance, Setup};
use plugin_runtime::BackendType;

/// What is known of a plugin after a probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) kind: BackendType,
    pub(super) multiplexes: bool,
}

/// Probes the process, which is of no more use afterwards, or one that is started for that.
pub(super) async fn probe(
    starts: &Starts,
    process: &PluginProcess,
) -> (Option<Known>, Vec<Finding>) {
    if !starts.are_fallback() {
        return with_protocol_5(process).await;
    }
    // It was started for a mount that does not come.
    process.shut_down().await;
    let mut findings = Vec::new();
    let known = match starts.ask().await {
        Ok(process) => {
            let known = in_metadata_mode(&process, &mut findings).await;
            process.kill().await;
            known
        }
        Err(error) => {
            findings.push(start::refused(&error));
            None
        }
    };
    (known, findings)
}

/// Asks a process of protocol 3 or 4 what the plugin is.
async fn in_metadata_mode(process: &PluginProcess, findings: &mut Vec<Finding>) -> Option<Known> {
    let setup = Check {
        name: "metadata mode",
        tried: "a Setup in plaintext, with storage that keeps nothing",
    };
    let services = MountServices::of_metadata();
    let instance = match RemoteInstance::set_up(process, services, Setup::default()).await {
        Ok(instance) => instance,
        Err(error) => {
            findings.push(setup.failure(
                error.to_string(),
                "can't learn the plugin's type, and refuses to enable it",
                "need no storage in Setup",
            ));
            return None;
        }
    };
    findings.push(setup.ok("it says what it is"));
    let (kind, found) = kind(&instance).await;
    findings.push(found);
    instance.cleanup().await;
    Some(Known { kind: kind?, multiplexes: false })
}

async fn with_protocol_5(process: &PluginProcess) -> (Option<Known>, Vec<Finding>) {
    let mut findings = Vec::new();
    let question =
        Check { name: "multiplexing", tried: "the question whether it holds many mounts" };
    let multiplexes = match process.supports_multiplexing().await {
        Ok(true) => {
            findings.push(question.ok("one process holds many mounts"));
            true
        }
        Ok(false) => {
            findings.push(question.ok("each mount has a process of its own"));
            false
        }
        Err(error) => {
            findings.push(question.failure(
                error.to_string(),
                "kills the process, and the plugin can't be mounted",
                "answer MultiplexingSupport without asking for an instance's identifier",
            ));
            return (None, findings);
        }
    };
    let setup = Check {
        name: "probed without storage",
        tried: "a Setup with an empty configuration, where storage and system view are missing",
    };
    let instance =
        match RemoteInstance::set_up(process, MountServices::of_probe(), Setup::default()).await {
            Ok(instance) => {
                findings.push(setup.ok("it is set up"));
                instance
            }
            Err(error) => {
                findings.push(setup.failure(
                    error.to_string(),
                    "can't learn the plugin's type and version, and refuses to enable it",
                    "call nothing in Setup and need no configuration there; begin in Initialize",
                ));
                return (None, findings);
            }
        };
    let (kind, found) = kind(&instance).await;
    findings.push(found);
    findings.push(version(&instance).await);
    process.kill().await;
    (kind.map(|kind| Known { kind, multiplexes }), findings)
}

async fn kind(instance: &RemoteInstance) -> (Option<BackendType>, Finding) {
    let check = Check { name: "type", tried: "the question for the type" };
    match instance.kind().await {
        Ok(kind) => (Some(kind), check.ok(PluginType::from(kind).to_string())),
        Err(error) => {
            let found = check.failure(
                error.to_string(),
                "refuses to enable it, as it is neither secrets engine nor auth method",
                "answer Type with 1 for a secrets engine, with 2 for an auth method",
            );
            (None, found)
        }
    }
}

async fn version(instance: &RemoteInstance) -> Finding {
    let check = Check { name: "version", tried: "the question for the plugin's own version" };
    let version = match instance.version().await {
        Ok(version) => version,
        Err(error) => {
            return check.warning(
                error.to_string(),
                "registers it without a version",
                "answer Version with a text such as v1.2.3, or not at all (Unimplemented)",
            );
        }
    };
    let refused = "says that the reported version is not a semantic version, and registers nothing";
    let remedy = "report a version such as v1.2.3, with the v in front";
    match version.strip_prefix('v') {
        _ if version.is_empty() => check.warning(
            "it reports none",
            "shows no version, and can't have two versions registered side by side",
            remedy,
        ),
        Some(bare) if semver::Version::parse(bare).is_ok() => check.ok(version),
        _ => check.failure(
            format!("{version:?} is not a semantic version with a leading v"),
            refused,
            remedy,
        ),
    }
}

/// Checks what Setup asks of storage, on a mount that has some.
pub(super) async fn setup_storage(subject: &Subject<'_>) -> Finding {
    let check = Check { name: "no storage in Setup", tried: "a Setup whose calls are recorded" };
    let remedy = "read and write storage in Initialize, or when a request needs it";
    let trial = match subject.set_up().await {
        Ok(trial) => trial,
        Err(error) => return check.failure(error, "can't mount the plugin", remedy),
    };
    let calls = trial.faults().calls();
    trial.instance.cleanup().await;
    if calls.is_empty() {
        return check.ok("no call");
    }
    let writes = calls.iter().any(|call| call.operation.writes());
    let found = format!("{} calls, the first to {:?}", calls.len(), calls.first());
    if writes {
        check.failure(found, "refuses writes there: `cannot write to storage during setup`", remedy)
    } else {
        check.warning(found, "has no storage for it when it only asks for type and version", remedy)
    }
}

/// Checks whether a server understands the special paths.
pub(super) async fn special_paths(trial: &Trial) -> Finding {
    let check = Check { name: "special paths", tried: "every special path, by the servers' rules" };
    let remedy = "write `*` only at the end, `+` only for a whole segment, and no leading slash";
    match trial.instance.special_paths().await {
        Ok(paths) => match paths.check() {
            Ok(()) => check.ok("all of them are valid"),
            Err(error) => check.failure(
                error.to_string(),
                "refuses to mount the plugin, or ignores the path and guards it like any other",
                remedy,
            ),
        },
        Err(error) => check.failure(error.to_string(), "can't mount the plugin", remedy),
    }
}

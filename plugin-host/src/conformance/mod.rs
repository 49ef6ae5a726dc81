//! Whether a plugin, in whatever language, does what servers expect of plugins.
//!
//! One file for each group of checks. Every check says what was tried, what happened, what a
//! server would have made of that, and how to fix it.

mod document;
mod entries;
mod finding;
mod instances;
mod interrupted;
mod leases;
mod leaving;
mod lists;
mod modes;
mod output;
mod planted;
mod probe;
mod refusals;
mod samples;
mod start;
mod storage;
mod trial;

pub use finding::{Finding, Verdict};

use std::path::PathBuf;

use serde_json::Value;

use super::{Launch, PluginProcess};
use crate::mounted_backend::MountedBackend as _;
use finding::Check;
use planted::Planted;
use probe::Known;
use samples::Samples;
use trial::Trial;

/// The checks of one plugin. They start it some ten times, and each mount has storage of its own
/// that nothing else sees.
///
/// ```no_run
/// # async fn example() {
/// use plugin_host::{Conformance, Verdict};
///
/// let findings = Conformance::of_file("target/debug/my-engine").run().await;
/// let failures = findings.iter().filter(|finding| finding.verdict == Verdict::Failure);
/// for finding in failures {
///     println!("{}: {}", finding.check, finding.found);
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Conformance {
    launch: Launch,
    writes: Vec<(String, Value)>,
}

impl Conformance {
    /// Creates the checks of the plugin that is started so.
    pub fn of(launch: Launch) -> Self {
        Self { launch, writes: Vec::new() }
    }

    /// Creates the checks of the plugin at this path.
    pub fn of_file(path: impl Into<PathBuf>) -> Self {
        Self::of(Launch::new(path))
    }

    /// Adds a write that the plugin takes, by its path within the mount. With any, none is made up
    /// from the plugin's document. They are made in this order, and more than once.
    pub fn write(mut self, path: impl Into<String>, data: impl Into<Value>) -> Self {
        self.writes.push((path.into(), data.into()));
        self
    }

    /// Runs every check, in the order of a plugin's life.
    pub async fn run(self) -> Vec<Finding> {
        let mut planted = Planted::new();
        for (_, data) in &self.writes {
            planted.add(data);
        }
        let mut findings = self.checked(&planted).await;
        for finding in &mut findings {
            finding.found = planted.hidden(&finding.found);
        }
        findings
    }

    /// Runs the checks of the start alone: by hand, the handshake in each mode, TLS, the time that
    /// it takes, what it prints and logs on the way.
    pub async fn start(self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(process) = started(&self.talkative(), &mut findings).await {
            // A question, so that it has had something to do.
            let _ = process.supports_multiplexing().await;
            // What it printed has been read when it is gone.
            let left = leaving::shut_down(&process).await;
            findings.push(output::stdout(&process));
            findings.push(output::log(&process));
            findings.extend(left);
        }
        findings
    }

    /// Returns the launch with the most verbose log level.
    fn talkative(&self) -> Launch {
        ["BAO_LOG_LEVEL", "VAULT_LOG_LEVEL"]
            .into_iter()
            .fold(self.launch.clone(), |launch, name| launch.env(name, "trace"))
    }

    async fn checked(&self, planted: &Planted) -> Vec<Finding> {
        let launch = self.talkative();
        let mut findings = Vec::new();
        let Some(process) = started(&launch, &mut findings).await else { return findings };
        let mut processes = vec![process.clone()];
        let (known, found) = probe::probe(&process).await;
        findings.extend(found);
        if let Some(known) = known {
            for group in [Group::Mounts, Group::Leases, Group::Requests] {
                match launch.clone().start().await {
                    Ok(process) => {
                        processes.push(process.clone());
                        findings.extend(self.group(group, &process, known, planted).await);
                        findings.extend(end(group, &process).await);
                    }
                    Err(error) => findings.push(start::refused(&error)),
                }
            }
        }
        if let Ok(process) = launch.start().await {
            // Only a process that was connected to can be orphaned.
            let _ = process.supports_multiplexing().await;
            findings.push(leaving::orphaned(&process).await);
        }
        findings.push(planted.finding(&processes));
        findings
    }

    async fn group(
        &self,
        group: Group,
        process: &PluginProcess,
        known: Known,
        planted: &Planted,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mount = Check { name: "mount", tried: "Setup and Initialize with empty storage" };
        let trial = match Trial::mounted(process, known.kind, planted).await {
            Ok(trial) => trial,
            Err(error) => {
                let server = "refuses to enable the plugin with this error";
                let remedy = "let Initialize succeed on a mount that was never configured";
                return vec![mount.failure(error, server, remedy)];
            }
        };
        let (samples, found) = Samples::find(&trial, &self.writes, planted).await;
        trial.instance.cleanup().await;
        let trial = match Trial::mounted(process, known.kind, planted).await {
            Ok(trial) => trial,
            Err(error) => {
                let server = "can't enable the plugin again after it was disabled";
                return vec![mount.failure(error, server, "forget the instance in Cleanup")];
            }
        };
        match group {
            Group::Mounts => {
                findings.push(mount.ok("it is mounted, disabled and mounted again"));
                findings.push(found);
                findings.push(probe::special_paths(&trial).await);
                findings.push(entries::existence(&trial, &samples).await);
                trial.instance.cleanup().await;
                findings.push(probe::setup_storage(process, known.kind, planted).await);
                findings.push(instances::independent(process, known, planted, &samples).await);
                findings.push(instances::unknown(process, known).await);
                findings.extend(instances::cleaned_up(process, known, planted).await);
            }
            Group::Requests => {
                findings.extend(lists::sorted(&trial, &samples).await);
                findings.push(entries::deletion(&trial, &samples).await);
                findings.push(refusals::unknown_path(&trial, &samples).await);
                findings.push(refusals::unsupported_operation(&trial, &samples).await);
                findings.push(refusals::bad_input(&trial, &samples).await);
                findings.push(storage::read_only(&trial, &samples).await);
                findings.push(storage::failing(&trial, &samples).await);
                findings.push(interrupted::cancelled(&trial, &samples).await);
                findings.push(interrupted::late(&trial, &samples).await);
                trial.instance.cleanup().await;
            }
            Group::Leases => {
                findings.push(interrupted::rollback(&trial).await);
                findings.extend(leases::revoked(process, &trial, &samples).await);
                trial.instance.cleanup().await;
            }
        }
        findings
    }
}

/// Checks the plugin's start, and returns the process if it starts.
async fn started(launch: &Launch, findings: &mut Vec<Finding>) -> Option<PluginProcess> {
    findings.push(start::by_hand(launch).await);
    let process = match start::as_a_server(launch).await {
        Ok((process, found)) => {
            findings.extend(found);
            process
        }
        Err(finding) => {
            findings.push(finding);
            return None;
        }
    };
    findings.push(start::other_version(launch).await);
    findings.push(modes::plaintext(launch).await);
    findings.push(modes::old_versions(launch).await);
    findings.push(modes::broker_multiplexing(launch).await);
    Some(process)
}

/// Checks that share a process. One that ends it does not hide what the others find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Mounts,
    Requests,
    Leases,
}

/// Checks the end of the process.
async fn end(group: Group, process: &PluginProcess) -> Vec<Finding> {
    if let Some(exited) = process.exited_by_now() {
        // Whatever ended it while leases were looked for is known by its path.
        if group == Group::Leases {
            return Vec::new();
        }
        let check = Check { name: "stays alive", tried: "the process after a group of checks" };
        return vec![check.failure(
            format!("during the checks of {group:?} the process ended: {exited}"),
            "starts it again, and repeats pending requests",
            "answer every call; no request may end the process",
        )];
    }
    if group != Group::Requests {
        process.shut_down().await;
        return Vec::new();
    }
    // What it printed has been read when it is gone.
    let left = leaving::shut_down(process).await;
    let mut findings = vec![output::stdout(process), output::log(process)];
    findings.extend(left);
    findings
}

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
mod round;
mod samples;
mod start;
mod storage;
mod subject;
mod trial;

pub use finding::{Finding, Verdict};

use std::path::PathBuf;

use serde_json::Value;

use super::Launch;
use planted::Planted;
use round::Round;
use samples::Samples;
use start::Started;
use subject::Subject;

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
        if let Some(Started { process, .. }) = started(&self.talkative(), &mut findings).await {
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
        let Some(started) = started(&launch, &mut findings).await else { return findings };
        let Started { starts, process } = started;
        let (known, found) = probe::probe(&starts, &process).await;
        findings.extend(found);
        let Some(known) = known else {
            findings.push(planted.finding(&[process]));
            return findings;
        };
        let subject = Subject::new(starts, known, planted);
        subject.add(process);
        for group in [Group::Mounts, Group::Leases, Group::Requests] {
            match subject.start().await {
                Ok(_) => {
                    findings.extend(self.group(group, &subject).await);
                    findings.extend(end(group, &subject).await);
                }
                Err(error) => findings.push(start::refused(&error)),
            }
        }
        if let Ok(process) = subject.start().await {
            // Only a process that was connected to can be orphaned.
            let _ = process.supports_multiplexing().await;
            findings.push(leaving::orphaned(&process).await);
        }
        findings.push(planted.finding(&subject.processes()));
        findings
    }

    async fn group(&self, group: Group, subject: &Subject<'_>) -> Vec<Finding> {
        let (samples, found) = match Samples::find(subject, &self.writes).await {
            Ok(found) => found,
            Err(error) => return vec![round::never_mounted(error)],
        };
        let mut round = Round::new(subject, samples);
        match group {
            Group::Mounts => {
                round.apart(async |_, _| found).await;
                round.check(async |_, _| round::mounted()).await;
                round.check(async |trial, _| probe::special_paths(trial).await).await;
                round.check(entries::existence).await;
                round.apart(async |subject, _| vec![probe::setup_storage(subject).await]).await;
                round
                    .apart(async |subject, samples| {
                        vec![instances::independent(subject, samples).await]
                    })
                    .await;
                round.apart(async |subject, _| vec![instances::unknown(subject).await]).await;
                round.apart(async |subject, _| instances::cleaned_up(subject).await).await;
            }
            Group::Requests => {
                round.on_a_mount(lists::sorted).await;
                round.check(entries::deletion).await;
                round.check(refusals::unknown_path).await;
                round.check(refusals::unsupported_operation).await;
                round.check(refusals::bad_input).await;
                round.check(storage::read_only).await;
                round.check(storage::failing).await;
                round.check(interrupted::cancelled).await;
                round.check(interrupted::late).await;
            }
            Group::Leases => {
                round.check(async |trial, _| interrupted::rollback(trial).await).await;
                round.on_a_mount(leases::revoked).await;
            }
        }
        round.end().await
    }
}

/// Checks the plugin's start, and returns the process if it starts.
async fn started(launch: &Launch, findings: &mut Vec<Finding>) -> Option<Started> {
    findings.push(start::by_hand(launch).await);
    let (started, found) = start::as_a_server(launch).await;
    findings.extend(found);
    let started = started?;
    if !started.starts.are_fallback() {
        findings.push(start::other_version(launch).await);
        findings.push(modes::plaintext(launch).await);
        findings.push(modes::old_versions(launch).await);
        findings.push(modes::broker_multiplexing(launch).await);
    }
    Some(started)
}

/// Checks that share a process. One that ends it does not hide what the others find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Mounts,
    Requests,
    Leases,
}

/// Checks the end of the process. What ended it before was said by the check that saw it.
async fn end(group: Group, subject: &Subject<'_>) -> Vec<Finding> {
    let Some(process) = subject.process() else { return Vec::new() };
    if process.exited_by_now().is_some() {
        return Vec::new();
    }
    if group != Group::Requests {
        process.shut_down().await;
        return Vec::new();
    }
    // What it printed has been read when it is gone.
    let left = leaving::shut_down(&process).await;
    let mut findings = vec![output::stdout(&process), output::log(&process)];
    findings.extend(left);
    findings
}

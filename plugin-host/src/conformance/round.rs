//! Checks one after the other, each on a mount that lives.

use super::finding::{Check, Finding};
use super::samples::Samples;
use super::subject::{Subject, died};
use super::trial::Trial;
use crate::mounted_backend::MountedBackend as _;

const ALIVE: Check = Check { name: "stays alive", tried: "the process after a check" };

const MOUNT: Check = Check { name: "mount", tried: "Setup and Initialize with empty storage" };

/// The checks of one group. What ends the process is said once, with the request that did it, and
/// the next check begins with another process.
pub(super) struct Round<'a> {
    subject: &'a Subject<'a>,
    samples: Samples,
    trial: Option<Trial>,
    findings: Vec<Finding>,
}

impl<'a> Round<'a> {
    pub(super) fn new(subject: &'a Subject<'a>, samples: Samples) -> Self {
        Self { subject, samples, trial: None, findings: Vec::new() }
    }

    /// Returns the findings, after the mount was cleaned up.
    pub(super) async fn end(mut self) -> Vec<Finding> {
        self.leave().await;
        self.findings
    }

    /// Adds what a check finds that makes its own mounts.
    pub(super) async fn apart(
        &mut self,
        check: impl AsyncFnOnce(&Subject<'_>, &Samples) -> Vec<Finding>,
    ) {
        self.leave().await;
        let found = check(self.subject, &self.samples).await;
        self.findings.extend(found);
    }

    /// Adds what a check finds on a mount.
    pub(super) async fn on_a_mount(
        &mut self,
        check: impl AsyncFnOnce(&Trial, &Samples) -> Vec<Finding>,
    ) {
        if let Some(trial) = &self.trial
            && let Some(finding) = died(ALIVE, trial)
        {
            self.findings.push(finding);
            self.trial = None;
        }
        let trial = match self.trial.take() {
            Some(trial) => trial,
            None => match self.subject.mounted().await {
                Ok(trial) => trial,
                Err(error) => return self.findings.push(unmountable(error)),
            },
        };
        let found = check(&trial, &self.samples).await;
        // Whatever else it has found is of a process that is gone.
        let first = found.first().map(|finding| (finding.check.clone(), finding.looked_at.clone()));
        match (died(ALIVE, &trial), first) {
            (Some(death), Some((check, looked_at))) => {
                self.findings.push(Finding { check, looked_at, ..death });
            }
            (Some(death), None) => self.findings.push(death),
            (None, _) => {
                self.findings.extend(found);
                self.trial = Some(trial);
            }
        }
    }

    /// Adds the one finding of a check on a mount.
    pub(super) async fn check(&mut self, check: impl AsyncFnOnce(&Trial, &Samples) -> Finding) {
        self.on_a_mount(async |trial, samples| vec![check(trial, samples).await]).await;
    }

    async fn leave(&mut self) {
        let Some(trial) = self.trial.take() else { return };
        trial.instance.cleanup().await;
        self.findings.extend(died(ALIVE, &trial));
    }
}

/// Returns what to say of a plugin that can't be mounted a second time.
fn unmountable(error: String) -> Finding {
    let server = "can't enable the plugin again after it was disabled";
    MOUNT.failure(error, server, "forget the instance in Cleanup")
}

/// Returns what to say of a plugin that can't be mounted at all.
pub(super) fn never_mounted(error: String) -> Finding {
    let server = "refuses to enable the plugin with this error";
    MOUNT.failure(error, server, "let Initialize succeed on a mount that was never configured")
}

/// Returns what to say of a plugin that can be mounted.
pub(super) fn mounted() -> Finding {
    MOUNT.ok("it is mounted, disabled and mounted again")
}

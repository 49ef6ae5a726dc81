//! The course of a run: tenants that come and go, disruptions, and a look at everything from time
//! to time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use fastrand::Rng;
use plugin_host::Host;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::disruption::Disruption;
use super::profile::Profile;
use super::samples::{Sample, Usage};
use super::tenant::{Counts, Tenant, answered};

/// How many tenants each process has: their mounts come and go.
const TENANTS: usize = 3;

/// How many rounds a tenant stays at most.
const MOST_ROUNDS: u64 = 40;

/// With fewer samples the medians say nothing: on a busy machine a run is longer.
const FEWEST_SAMPLES: usize = 25;

/// What a run in minutes is worth.
const HOUR: Duration = Duration::from_secs(3600);

/// A plugin under test, which the host has in its catalog by two names: so it has a process that
/// stays, to see what grows in it, and one that is killed.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) profile: Profile,
    pub(crate) steady: String,
    pub(crate) shaken: String,
}

impl Subject {
    fn anchor(&self) -> String {
        format!("anchor-{}", self.steady)
    }

    /// Returns the path of the mount that keeps the steady process up.
    fn anchor_path(&self) -> String {
        match self.profile.kind {
            plugin_host::PluginType::Auth => format!("auth/{}", self.anchor()),
            _ => self.anchor(),
        }
    }
}

/// A run.
pub(crate) struct Course {
    pub(crate) host: Host,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) duration: Duration,
    pub(crate) seed: u64,
    /// How often to look.
    pub(crate) interval: Duration,
    /// What the process of this id uses.
    pub(crate) usage: fn(u32) -> Option<Usage>,
}

impl Course {
    /// Runs, and tells each sample as it is taken. The error says what was lost, answered wrongly,
    /// or left over.
    pub(crate) async fn run(&self, mut tell: impl FnMut(&Sample)) -> Result<Vec<Sample>, String> {
        for subject in &self.subjects {
            let enable = subject.profile.enable(&subject.steady, &subject.anchor());
            self.host.enable(enable).await.map_err(|error| error.to_string())?;
        }
        let pids = self.steady_processes()?;
        let counts = Arc::new(Counts::default());
        let disruption = Disruption::of(self.subjects.len() * TENANTS);
        let mut tasks = self.start(&disruption, &counts);

        let started = Instant::now();
        let mut samples: Vec<Sample> = Vec::new();
        let mut failure = None;
        while failure.is_none()
            && (started.elapsed() < self.duration || samples.len() < FEWEST_SAMPLES)
        {
            let next = self.interval.saturating_sub(since_last(&samples, started));
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                ended = tasks.join_next() => {
                    failure = failure_of(ended);
                    continue;
                }
            }
            // An hour goes by in the time of the run: tokens end, and mounts have their ticks.
            self.host.advance(HOUR.div_f64(self.duration.div_duration_f64(self.interval))).await;
            self.host.tick().await;
            if self.steady_processes()? != pids {
                failure = Some("a process died that this test did not kill".to_owned());
                break;
            }
            let sample = self.look(started, &counts, &disruption, &pids);
            tell(&sample);
            samples.push(sample);
        }
        disruption.stop();
        while let Some(ended) = tasks.join_next().await {
            failure = failure.or(failure_of(Some(ended)));
        }
        if let Some(failure) = failure {
            return Err(format!("seed {}: {failure}", self.seed));
        }
        self.end(&counts).await?;
        Ok(samples)
    }

    fn start(
        &self,
        disruption: &Arc<Disruption>,
        counts: &Arc<Counts>,
    ) -> JoinSet<Result<(), String>> {
        let mut tasks = JoinSet::new();
        let mut number = 0;
        for (place, subject) in self.subjects.iter().enumerate() {
            for turn in 0..2 * TENANTS {
                let is_shaken = turn < TENANTS;
                number += 1;
                let stay = Stay {
                    host: self.host.clone(),
                    profile: subject.profile,
                    plugin: if is_shaken { &subject.shaken } else { &subject.steady }.clone(),
                    name: format!("tenant-{number}"),
                    place: is_shaken.then_some(place * TENANTS + turn),
                    rng: Rng::with_seed(self.seed.wrapping_mul(1000).wrapping_add(number)),
                    disruption: Arc::clone(disruption),
                    counts: Arc::clone(counts),
                };
                tasks.spawn(stay.run());
            }
        }
        let (host, disruption) = (self.host.clone(), Arc::clone(disruption));
        let shaken: Vec<_> = self.subjects.iter().map(|subject| subject.shaken.clone()).collect();
        let rng = Rng::with_seed(self.seed);
        tasks.spawn(async move { disruption.run(&host, &shaken, rng).await });
        tasks
    }

    fn steady_processes(&self) -> Result<Vec<u32>, String> {
        let pid = |subject: &Subject| {
            let process = self.host.process(&subject.anchor_path());
            let process = process.map_err(|error| error.to_string())?;
            Ok(process.ok_or("a plugin has no process")?.pid())
        };
        self.subjects.iter().map(pid).collect()
    }

    fn look(
        &self,
        started: Instant,
        counts: &Counts,
        disruption: &Disruption,
        pids: &[u32],
    ) -> Sample {
        let usage = |pid: u32| (self.usage)(pid).unwrap_or_default();
        Sample {
            at: started.elapsed(),
            requests: counts.answered.load(Ordering::Relaxed),
            mounts: counts.mounts.load(Ordering::Relaxed),
            disruptions: disruption.count(),
            plugins: pids.iter().copied().map(usage).collect(),
            host: usage(std::process::id()),
            tasks: Handle::current().metrics().num_alive_tasks() as u64,
        }
    }

    /// Checks that nothing is left over when the last mount goes.
    async fn end(&self, counts: &Counts) -> Result<(), String> {
        for subject in &self.subjects {
            let path = subject.anchor_path();
            self.host.disable(&path).await.map_err(|error| error.to_string())?;
        }
        let (sent, answered) = (&counts.sent, &counts.answered);
        let (sent, answered) = (sent.load(Ordering::Relaxed), answered.load(Ordering::Relaxed));
        if sent != answered {
            return Err(format!("{sent} requests, {answered} answers"));
        }
        let left = (self.host.mounts().len(), self.host.leases("").len());
        if left != (0, 0) {
            return Err(format!("{} mounts and {} leases are left", left.0, left.1));
        }
        match self.host.processes().as_slice() {
            [] => Ok(()),
            left => Err(format!("processes are left: {left:?}")),
        }
    }
}

/// Returns how long ago the last sample was taken.
fn since_last(samples: &[Sample], started: Instant) -> Duration {
    let last = samples.last().map(|sample| sample.at).unwrap_or_default();
    started.elapsed().saturating_sub(last)
}

type Ended = Option<Result<Result<(), String>, tokio::task::JoinError>>;

fn failure_of(ended: Ended) -> Option<String> {
    match ended {
        None => Some("every tenant has left before the end".to_owned()),
        Some(Ok(result)) => result.err(),
        Some(Err(error)) => Some(error.to_string()),
    }
}

/// A tenant's life: one mount after another.
struct Stay {
    host: Host,
    profile: Profile,
    plugin: String,
    name: String,
    /// Its place among those who are disrupted.
    place: Option<usize>,
    rng: Rng,
    disruption: Arc<Disruption>,
    counts: Arc<Counts>,
}

impl Stay {
    async fn run(mut self) -> Result<(), String> {
        let mut stay = 0;
        while !self.disruption.is_stopped() {
            stay += 1;
            let at = format!("{}-{stay}", self.name);
            let path = {
                let _mounting = self.disruption.permit_to_mount().await;
                let enabled = self.host.enable(self.profile.enable(&self.plugin, &at)).await;
                enabled.map_err(|error| format!("enabling {at}: {error}"))?.path
            };
            let path = path.trim_end_matches('/').to_owned();
            self.live_at(&path).await?;
            let _mounting = self.disruption.permit_to_mount().await;
            let disabled = self.host.disable(&path).await;
            disabled.map_err(|error| format!("disabling {path}: {error}"))?;
            self.counts.mounts.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn live_at(&mut self, path: &str) -> Result<(), String> {
        if let Some((place, fields)) = self.profile.config {
            let place = format!("{path}/{place}");
            let answer = self.host.write(&place, fields());
            let answer = answered(&self.counts, &place, answer).await?;
            if !answer.is_success() {
                return Err(format!("{place}: {answer:?}"));
            }
        }
        let mut tenant = Tenant {
            host: self.host.clone(),
            profile: self.profile,
            path: path.to_owned(),
            rng: Rng::with_seed(self.rng.u64(..)),
            counts: Arc::clone(&self.counts),
            entries: BTreeMap::new(),
        };
        for _ in 0..=self.rng.u64(..MOST_ROUNDS) {
            let count = self.disruption.count();
            tenant.round().await?;
            if let Some(place) = self.place {
                self.disruption.answered(place, count);
            }
            if self.disruption.is_stopped() {
                break;
            }
        }
        Ok(())
    }
}

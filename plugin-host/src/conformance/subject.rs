//! The plugin that is checked: how it is started, and the mounts that are made of it.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::finding::{Check, Finding};
use super::planted::Planted;
use super::probe::Known;
use super::trial::Trial;
use crate::launch::LaunchError;
use crate::wrapping::{UnwrapEndpoint, Wrappings};
use crate::{Clock, Launch, PluginProcess};

/// How the plugin's processes are started.
#[derive(Debug)]
pub(super) struct Starts {
    launch: Launch,
    /// For a plugin of protocol 3 or 4.
    endpoint: Option<UnwrapEndpoint>,
}

impl Starts {
    /// Returns starts with protocol 5.
    pub(super) fn current(launch: &Launch) -> Self {
        Self { launch: launch.clone(), endpoint: None }
    }

    /// Returns starts through the servers' fallback to protocols 3 and 4.
    pub(super) fn fallback(launch: &Launch) -> Self {
        let endpoint = UnwrapEndpoint::new(Wrappings::new(Clock::new()));
        Self { launch: launch.clone(), endpoint: Some(endpoint) }
    }

    /// Returns whether it is a plugin of protocol 3 or 4.
    pub(super) fn are_fallback(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Starts a process for mounts.
    pub(super) async fn start(&self) -> Result<PluginProcess, LaunchError> {
        let launch = self.launch.clone();
        match &self.endpoint {
            None => launch.start().await,
            Some(endpoint) => launch.for_one_mount(endpoint.token().await?).start().await,
        }
    }

    /// Starts a process that is only asked what the plugin is.
    pub(super) async fn ask(&self) -> Result<PluginProcess, LaunchError> {
        match self.endpoint {
            None => self.start().await,
            Some(_) => self.launch.clone().for_metadata().start().await,
        }
    }
}

/// The plugin that is checked.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    starts: Starts,
    pub(super) known: Known,
    pub(super) planted: &'a Planted,
    /// All of them; the last one is used.
    processes: Mutex<Vec<PluginProcess>>,
    /// Whether the last one has had no mount yet.
    fresh: AtomicBool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(starts: Starts, known: Known, planted: &'a Planted) -> Self {
        Self { starts, known, planted, processes: Mutex::default(), fresh: AtomicBool::new(false) }
    }

    /// Adds a process that was started otherwise, whose log counts as well.
    pub(super) fn add(&self, process: PluginProcess) {
        self.processes.lock().push(process);
    }

    /// Returns every process that there was.
    pub(super) fn processes(&self) -> Vec<PluginProcess> {
        self.processes.lock().clone()
    }

    /// Returns the process that is used at the moment.
    pub(super) fn process(&self) -> Option<PluginProcess> {
        self.processes.lock().last().cloned()
    }

    /// Starts another process, which is used from now on.
    pub(super) async fn start(&self) -> Result<PluginProcess, LaunchError> {
        let process = self.starts.start().await?;
        self.add(process.clone());
        self.fresh.store(true, Ordering::SeqCst);
        Ok(process)
    }

    /// Returns a process for one more mount: that of the mounts before, or another one if that has
    /// ended, or if the plugin has a process for each mount.
    async fn for_a_mount(&self) -> Result<PluginProcess, LaunchError> {
        let process = match self.process() {
            Some(process) if process.exited_by_now().is_none() => {
                if self.known.multiplexes || self.fresh.load(Ordering::SeqCst) {
                    process
                } else {
                    process.shut_down().await;
                    self.start().await?
                }
            }
            _ => self.start().await?,
        };
        self.fresh.store(false, Ordering::SeqCst);
        Ok(process)
    }

    /// Creates a mount, set up and initialised as a server does it.
    pub(super) async fn mounted(&self) -> Result<Trial, String> {
        let process = self.for_a_mount().await.map_err(|error| error.to_string())?;
        Trial::mounted(&process, self.known.kind, self.planted).await
    }

    /// Creates a mount that is only set up.
    pub(super) async fn set_up(&self) -> Result<Trial, String> {
        let process = self.for_a_mount().await.map_err(|error| error.to_string())?;
        let trial = Trial::set_up(&process, self.known.kind, self.planted).await;
        trial.map_err(|error| error.to_string())
    }
}

/// Returns what to say of a process that ended while it was asked for something.
pub(super) fn died(check: Check, trial: &Trial) -> Option<Finding> {
    let exited = trial.process.exited_by_now()?;
    let words = trial.process.log().last_words();
    let words = words.map(|words| format!("; its log: {words}")).unwrap_or_default();
    Some(check.failure(
        format!("{} ends the process: {exited}{words}", trial.last_request()),
        "starts it again and repeats the request once; every mount of the process is affected",
        "answer with an error; no request may end the process",
    ))
}

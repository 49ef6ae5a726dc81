//! Storage that fails on purpose, in a way that a seed or a rule repeats.

mod call;
mod rule;
mod seeded;

pub use call::{StorageCall, StorageOperation};
pub use rule::{Fault, When};
pub use seeded::Rates;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use plugin_runtime::__private::error::READ_ONLY;
use plugin_runtime::StorageError;
use rule::Rule;
use seeded::Seeded;

/// How many calls are remembered.
const MOST_REMEMBERED: usize = 4096;

type Kill = dyn Fn() + Send + Sync;

/// What goes wrong with the storage of one mount. Clones are the same.
///
/// ```
/// # async fn example(host: plugin_host::Host) -> Result<(), plugin_host::HostError> {
/// use plugin_host::{Fault, StorageOperation, When};
///
/// let faults = host.faults("mock")?;
/// faults.add(When::nth(2).of(StorageOperation::Put), Fault::KillBefore);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    /// Counts how often the rules were cleared, which frees what stalls.
    cleared: Arc<watch::Sender<u64>>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    seeded: Option<Seeded>,
    remembered: VecDeque<StorageCall>,
    count: u64,
    kill: Option<Arc<Kill>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("rules", &self.rules)
            .field("seeded", &self.seeded)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// What happens to one call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    None,
    Fault(Fault),
}

impl Faults {
    /// Lets `fault` happen `when`. Of several rules that match a call, the first one counts.
    pub fn add(&self, when: When, fault: Fault) {
        self.state.lock().rules.push(Rule::new(when, fault));
    }

    /// Lets chance decide about every call from now on. The same seed and the same calls in the
    /// same order have the same faults.
    pub fn seed(&self, seed: u64, rates: Rates) {
        self.state.lock().seeded = Some(Seeded::new(seed, rates));
    }

    /// Removes all rules, and resumes the calls that stall.
    pub fn clear(&self) {
        let mut state = self.state.lock();
        state.rules.clear();
        state.seeded = None;
        self.cleared.send_modify(|count| *count += 1);
    }

    /// Returns the last calls, oldest first; 4096 at most.
    pub fn calls(&self) -> Vec<StorageCall> {
        self.state.lock().remembered.iter().cloned().collect()
    }

    /// Returns how many calls there were.
    pub fn count(&self) -> u64 {
        self.state.lock().count
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        let mut state = self.state.lock();
        state.remembered.clear();
        state.count = 0;
    }

    /// Sets how the backend is killed.
    pub(super) fn on_kill(&self, kill: Arc<Kill>) {
        self.state.lock().kill = Some(kill);
    }

    /// Takes note of a call and says what happens to it.
    pub(super) fn next(&self, call: StorageCall) -> Effect {
        let mut state = self.state.lock();
        let ruled = state.rules.iter_mut().find_map(|rule| rule.applies_to(&call));
        state.rules.retain(Rule::is_live);
        let drawn = state.seeded.as_mut().and_then(|seeded| seeded.draw(call.operation));
        state.count += 1;
        if state.remembered.len() >= MOST_REMEMBERED {
            state.remembered.pop_front();
        }
        state.remembered.push_back(call);
        ruled.or(drawn).map_or(Effect::None, Effect::Fault)
    }

    /// Applies what happens before the call.
    pub(super) async fn before(&self, effect: &Effect) -> Result<(), StorageError> {
        let Effect::Fault(fault) = effect else { return Ok(()) };
        match fault {
            Fault::Fail(text) => Err(StorageError::from_text(text.clone())),
            Fault::ReadOnly => Err(StorageError::from_text(READ_ONLY.to_owned())),
            Fault::Conflict => Err(StorageError::from_text("transaction commit failed".to_owned())),
            Fault::Delay(by) => {
                tokio::time::sleep(*by).await;
                Ok(())
            }
            Fault::Stall => {
                let mut cleared = self.cleared.subscribe();
                // Ends as well when the faults themselves are gone.
                let _ = cleared.changed().await;
                Ok(())
            }
            Fault::KillBefore => self.killed().await,
            Fault::KillAfter => Ok(()),
        }
    }

    /// Applies what happens after the call.
    pub(super) async fn after(&self, effect: &Effect) {
        if matches!(effect, Effect::Fault(Fault::KillAfter)) {
            // The answer goes nowhere: the caller is dead.
            let _ = self.killed().await;
        }
    }

    async fn killed(&self) -> Result<(), StorageError> {
        let kill = self.state.lock().kill.clone();
        if let Some(kill) = kill {
            kill();
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

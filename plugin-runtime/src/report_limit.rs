//! Limits how often the same kind of event is logged.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The interval in which reports are counted.
const INTERVAL: Duration = Duration::from_secs(10);

/// Passes a few reports of a kind in each interval and counts the others, so that a flood of events
/// does not become a flood of log lines.
#[derive(Debug)]
pub(crate) struct ReportLimit {
    most: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    since: Option<Instant>,
    reported: u32,
    left_out: u64,
}

impl ReportLimit {
    /// Passes at most `most` reports in each interval.
    pub(crate) const fn new(most: u32) -> Self {
        Self { most, state: Mutex::new(State { since: None, reported: 0, left_out: 0 }) }
    }

    /// Calls `report`, unless there were too many reports just now. Its argument is how many were
    /// suppressed since the last one, if any.
    pub(crate) fn report(&self, report: impl FnOnce(Option<u64>)) {
        if let Some(left_out) = self.admit(Instant::now()) {
            report((left_out > 0).then_some(left_out));
        }
    }

    fn admit(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock();
        if state.since.is_none_or(|since| now.duration_since(since) >= INTERVAL) {
            state.since = Some(now);
            state.reported = 0;
        }
        if state.reported == self.most {
            state.left_out += 1;
            return None;
        }
        state.reported += 1;
        Some(std::mem::take(&mut state.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_interval_has_its_reports_and_the_next_one_counts_those_left_out() {
        let limit = ReportLimit::new(2);
        let start = Instant::now();
        let admitted: Vec<_> = (0..5).map(|_| limit.admit(start)).collect();
        assert_eq!(admitted, [Some(0), Some(0), None, None, None]);
        assert_eq!(limit.admit(start + INTERVAL), Some(3));
        assert_eq!(limit.admit(start + INTERVAL), Some(0));
        assert_eq!(limit.admit(start + INTERVAL), None);
    }
}

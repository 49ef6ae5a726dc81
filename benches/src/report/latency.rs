//! Percentiles of latencies.

use std::time::Duration;

use serde::Serialize;

/// Percentiles, in microseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Percentiles {
    /// Half of the requests were answered within this.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1000.
    pub p999: f64,
}

impl Percentiles {
    /// Computes them from latencies in any order.
    #[must_use]
    pub fn of(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        let at = |per_mille: usize| {
            let index = latencies.len() * per_mille / 1000;
            let found = latencies.get(index.min(latencies.len().saturating_sub(1)));
            found.copied().unwrap_or_default().as_secs_f64() * 1e6
        };
        Self { p50: at(500), p90: at(900), p99: at(990), p999: at(999) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_latencies() {
        let latencies = (1..=1000).rev().map(Duration::from_micros).collect();
        let found = Percentiles::of(latencies);
        let micros = [found.p50, found.p99, found.p999].map(f64::round);
        assert_eq!(micros, [501.0, 991.0, 1000.0]);
        assert_eq!(Percentiles::of(Vec::new()).p99, 0.0);
    }
}

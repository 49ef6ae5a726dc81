//! What the report says, as data.

use serde::Serialize;

use super::ratio::Compared;

/// One line of the report: a figure of ours against the peer's.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its name in `report.json`.
    pub key: &'static str,
    /// What was measured.
    pub title: &'static str,
    /// In what.
    pub unit: &'static str,
    /// What the ratio is meant to be at least, or at most.
    pub target: Option<Target>,
    /// The figures.
    #[serde(flatten)]
    pub compared: Compared,
}

/// What a ratio is meant to be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

impl Target {
    /// Whether a ratio is what it is meant to be.
    #[must_use]
    pub fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(limit) => ratio >= limit,
            Self::AtMost(limit) => ratio <= limit,
        }
    }
}

/// A curve over time: seconds and megabytes, or what its title says.
#[derive(Clone, Debug, Serialize)]
pub struct Curve {
    /// What it shows.
    pub title: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

/// The ping-pong beside a request without storage, in microseconds of CPU at both ends.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct AgainstFloor {
    /// How many are under way at once.
    pub in_flight: usize,
    /// The ping-pong.
    pub floor: f64,
    /// Our plugin and the driver.
    pub ours: f64,
    /// The peer and the driver.
    pub peer: Option<f64>,
    /// The median latency of the ping-pong, in microseconds.
    pub floor_p50: f64,
}

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// When, in UTC.
    pub date: String,
    /// The processor, the number of cores and the kernel.
    pub machine: String,
    /// The compilers.
    pub built_with: String,
    /// How many rounds, A B A B.
    pub rounds: usize,
    /// Whether this was a short run, whose figures are for a first look only.
    pub quick: bool,
    /// How many requests each plugin has answered before its memory was read.
    pub requests_before_memory: usize,
    /// The figures.
    pub rows: Vec<Row>,
    /// The floor.
    pub floor: Vec<AgainstFloor>,
    /// CPU per request by the number of mounts, in microseconds: mounts, ours, the peer's.
    pub by_mounts: Vec<(usize, f64, Option<f64>)>,
    /// Memory under overload.
    pub overload: Vec<Curve>,
}

impl Report {
    /// `report.json`: each ratio under its key, and everything under `report`.
    ///
    /// # Errors
    /// When it has no form in JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        let mut object = serde_json::Map::new();
        for row in &self.rows {
            object.insert(row.key.to_owned(), row.compared.ratio.into());
        }
        object.insert("report".to_owned(), serde_json::to_value(self)?);
        serde_json::to_string_pretty(&object)
    }
}

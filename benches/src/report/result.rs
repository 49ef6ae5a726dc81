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
    /// Returns whether a ratio is what it is meant to be.
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

/// A table beside the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// What it shows.
    pub title: &'static str,
    /// How it was measured, and in what.
    pub about: String,
    /// The headings of its columns.
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// One field of a [`Table`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A word.
    Text(String),
    /// A figure.
    Figure(f64),
    /// What was not measured.
    Nothing,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Text(count.to_string())
    }
}

impl From<f64> for Cell {
    fn from(figure: f64) -> Self {
        Self::Figure(figure)
    }
}

impl From<Option<f64>> for Cell {
    fn from(figure: Option<f64>) -> Self {
        figure.map_or(Self::Nothing, Self::Figure)
    }
}

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// When, in UTC.
    pub date: String,
    /// The peer's program.
    pub peer: Option<String>,
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
    /// What the ratios do not show.
    pub tables: Vec<Table>,
    /// Memory under overload.
    pub overload: Vec<Curve>,
}

impl Report {
    /// Returns `report.json`: each ratio under its key, and everything under `report`.
    ///
    /// # Errors
    /// Fails if it cannot be serialized as JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        let mut object = serde_json::Map::new();
        for row in &self.rows {
            object.insert(row.key.to_owned(), row.compared.ratio.into());
        }
        object.insert("report".to_owned(), serde_json::to_value(self)?);
        serde_json::to_string_pretty(&object)
    }
}

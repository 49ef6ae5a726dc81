//! Requests that the plugin takes: the caller's, or such as can be made up from its document.

use serde_json::{Map, Value, json};

use super::document::{Document, DocumentedPath, Field};
use super::finding::{Check, Finding};
use super::planted::Planted;
use super::subject::{Subject, died};
use super::trial::Trial;
use crate::InstanceError;
use crate::mounted_backend::MountedBackend as _;

/// What stands for every name in a path.
pub(super) const NAME: &str = "conformance-b";

/// Two more names, of which one sorts before and one after it.
pub(super) const OTHER_NAMES: [&str; 2] = ["conformance-c", "conformance-a"];

/// How many writes are made up.
const MOST: usize = 24;

const CHECK: Check = Check {
    name: "requests to try with",
    tried: "the caller's writes, or else those that its OpenAPI document describes",
};

const WRITES: Check = Check { name: "writes", tried: "each write that may be taken" };

/// A write that the plugin took.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) path: String,
    pub(super) data: Value,
    /// The same with other names, where the path has one.
    pub(super) others: Vec<String>,
}

/// The writes that the plugin took, and what can be said of the others.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) all: Vec<Sample>,
    pub(super) document: Document,
    /// Documented writes that were refused, with the refusal.
    refused: Vec<String>,
}

impl Samples {
    /// Asks for the document and tries the writes on a mount of their own. One that ends the process
    /// is a finding, and the others are tried in another process.
    ///
    /// # Errors
    ///
    /// When the plugin can't be mounted.
    pub(super) async fn find(
        subject: &Subject<'_>,
        given: &[(String, Value)],
    ) -> Result<(Self, Vec<Finding>), String> {
        let planted = subject.planted;
        let mut trial = subject.mounted().await?;
        let mut findings = Vec::new();
        let help = trial.call("help", "", &Value::Null).await;
        let document = Document::read(&help.answer().data);
        let mut samples = Self { document, ..Self::default() };
        findings.extend(died(WRITES, &trial));
        for candidate in samples.candidates(given, planted) {
            if trial.process.exited_by_now().is_some() {
                trial = subject.mounted().await?;
            }
            samples.attempt(&trial, candidate).await;
            findings.extend(died(WRITES, &trial));
        }
        trial.instance.cleanup().await;
        findings.push(samples.finding(!given.is_empty()));
        Ok((samples, findings))
    }

    /// Returns for each path what may be written there.
    fn candidates(&self, given: &[(String, Value)], planted: &Planted) -> Vec<Vec<Sample>> {
        if !given.is_empty() {
            let given = given.iter().map(|(path, data)| {
                let others = others_of(path);
                vec![Sample { path: path.clone(), data: data.clone(), others }]
            });
            return given.collect();
        }
        let documented = self.document.paths.iter().filter_map(|path| made_up(path, planted));
        let mut candidates: Vec<Vec<Sample>> = documented.take(MOST).collect();
        if candidates.is_empty() {
            let data = json!({ "message": planted.value() });
            let others = OTHER_NAMES.map(str::to_owned).to_vec();
            candidates.push(vec![Sample { path: NAME.to_owned(), data, others }]);
        }
        candidates
    }

    /// Returns why there are no samples.
    pub(super) fn none(&self) -> String {
        "no write is known that it takes; name one with a path and fields".to_owned()
    }

    async fn attempt(&mut self, trial: &Trial, candidates: Vec<Sample>) {
        let mut refusal = None;
        for sample in candidates {
            let called = trial.write(&sample.path, &sample.data).await;
            if called.succeeded() {
                self.all.push(sample);
                return;
            }
            refusal.get_or_insert(format!("{} ({})", sample.path, called.shown()));
            if matches!(called.reply, Err(InstanceError::Gone)) {
                break;
            }
        }
        self.refused.extend(refusal);
    }

    fn finding(&self, given: bool) -> Finding {
        let taken: Vec<&str> = self.all.iter().map(|sample| sample.path.as_str()).collect();
        let refused = self.refused.join("; ");
        if given && !self.refused.is_empty() {
            return CHECK.warning(
                format!("refused: {refused}"),
                "answers the same to a client",
                "name a write that the plugin takes",
            );
        }
        match (taken.is_empty(), refused.is_empty()) {
            (false, true) => CHECK.ok(format!("it takes writes to {}", taken.join(", "))),
            (false, false) => CHECK.ok(format!(
                "it takes writes to {}; not exercised, as they were refused: {refused}",
                taken.join(", ")
            )),
            (true, true) => CHECK.skipped("its document describes no writes"),
            (true, false) => CHECK.skipped(format!("made-up writes were refused: {refused}")),
        }
    }
}

/// Returns the paths with another last part.
fn others_of(path: &str) -> Vec<String> {
    let Some((folder, _)) = path.rsplit_once('/') else { return Vec::new() };
    OTHER_NAMES.iter().map(|name| format!("{folder}/{name}")).collect()
}

/// Writes to a documented path, the likeliest first; `None` where nothing is written.
fn made_up(path: &DocumentedPath, planted: &Planted) -> Option<Vec<Sample>> {
    if !path.writes {
        return None;
    }
    let others = if path.varies() {
        OTHER_NAMES.iter().map(|name| path.named(name)).collect()
    } else {
        Vec::new()
    };
    let of = |wanted: &dyn Fn(&Field) -> bool| {
        let fields = path.fields.iter().filter(|field| wanted(field));
        let data: Map<String, Value> =
            fields.map(|field| (field.name.clone(), field.value(planted.value()))).collect();
        Sample { path: path.named(NAME), data: Value::Object(data), others: others.clone() }
    };
    let texts = |field: &Field| field.kind() == "string" && !field.has_default;
    let mut samples = Vec::new();
    if path.fields.is_empty() {
        let data = json!({ "message": planted.value() });
        samples.push(Sample { path: path.named(NAME), data, others: others.clone() });
    } else if path.fields.iter().any(|field| field.required) {
        samples.push(of(&|field: &Field| field.required));
    }
    samples.push(of(&texts));
    samples.push(of(&|_: &Field| true));
    samples.push(of(&|_: &Field| false));
    Some(samples)
}

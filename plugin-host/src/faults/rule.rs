//! Faults that happen at a place that is known beforehand.

use std::time::Duration;

use super::{StorageCall, StorageOperation};

/// What goes wrong with a call to storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails with this text.
    Fail(String),
    /// It fails as on a node that may not write.
    ReadOnly,
    /// It fails as a commit does that came too late.
    Conflict,
    /// It is late by this much.
    Delay(Duration),
    /// It is not answered until the caller gives up or the faults are cleared.
    Stall,
    /// The plugin is killed before anything is done.
    KillBefore,
    /// The plugin is killed when it is done, before the answer.
    KillAfter,
}

impl Fault {
    /// Returns whether this fault can happen to such a call: only writes can be forbidden, and only
    /// commits can come too late.
    fn can_happen_to(&self, operation: StorageOperation) -> bool {
        match self {
            Self::ReadOnly => operation.writes(),
            Self::Conflict => operation == StorageOperation::Commit,
            _ => true,
        }
    }
}

/// Which calls are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct When {
    nth: Option<u64>,
    operation: Option<StorageOperation>,
    writes: bool,
    prefix: String,
}

impl When {
    /// Creates a rule that matches every call.
    pub fn always() -> Self {
        Self { nth: None, operation: None, writes: false, prefix: String::new() }
    }

    /// Limits the rule to the `n`-th call from now on that matches the rest, counted from 1, once.
    pub fn nth(n: u64) -> Self {
        Self { nth: Some(n), ..Self::always() }
    }

    /// Limits the rule to calls of this kind.
    pub fn of(mut self, operation: StorageOperation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Limits the rule to calls that change what is stored.
    pub fn of_writes(mut self) -> Self {
        self.writes = true;
        self
    }

    /// Limits the rule to calls whose key starts with `prefix`.
    pub fn below(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn matches(&self, call: &StorageCall) -> bool {
        self.operation.is_none_or(|operation| operation == call.operation)
            && (!self.writes || call.operation.writes())
            && call.key.starts_with(&self.prefix)
    }
}

#[derive(Debug)]
pub(super) struct Rule {
    when: When,
    fault: Fault,
    seen: u64,
}

impl Rule {
    pub(super) fn new(when: When, fault: Fault) -> Self {
        Self { when, fault, seen: 0 }
    }

    /// Returns the fault, if this call has it.
    pub(super) fn applies_to(&mut self, call: &StorageCall) -> Option<Fault> {
        if !self.when.matches(call) || !self.fault.can_happen_to(call.operation) {
            return None;
        }
        self.seen += 1;
        let now = self.when.nth.is_none_or(|nth| nth == self.seen);
        now.then(|| self.fault.clone())
    }

    /// Returns whether it can still apply.
    pub(super) fn is_live(&self) -> bool {
        self.when.nth.is_none_or(|nth| self.seen < nth)
    }
}

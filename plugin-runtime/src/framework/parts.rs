//! The constraints on the parts of a path, from all of its handlers.

use super::FrameworkError;
use super::description::OperationDescription;
use super::documentation::PUBLIC;
use super::operations::Operations;
use super::pattern::{Match, Pattern};
use crate::fields::Limits;
use crate::storage::MAX_KEY;
use crate::{Error, Operation};

/// The limits of a path's parameters, as its OpenAPI document shows them: those of the first
/// handler whose type describes the parameter.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<(String, Limits)>);

impl Parts {
    pub(super) fn of<S: 'static>(pattern: &Pattern, operations: &Operations<S>) -> Self {
        let described = || PUBLIC.into_iter().filter_map(|one| operations.handler(one));
        let limits_of = |name: &str| {
            let mut sets = described().flat_map(|handler| handler.description.inputs());
            let set = sets.find(|set| set.names(name))?;
            set.limits().concern(name).then(|| (name.to_owned(), set.limits().clone()))
        };
        Self(pattern.param_names().filter_map(limits_of).collect())
    }

    /// Checks the parts of a request's path, except those that its handler reads as fields and
    /// therefore checks itself.
    pub(super) fn check(
        &self,
        matched: &Match<'_, '_>,
        operation: Operation,
        reads: &OperationDescription,
    ) -> Result<(), Error> {
        // A patch must read the stored value first.
        let reads_itself =
            |name: &str| operation != Operation::Patch && reads.inputs().any(|set| set.names(name));
        for (name, part) in matched.captures() {
            // A part that is longer than every key names nothing, and must not become a key either.
            if part.len() > MAX_KEY {
                return Err(Error::bad_request(format!(
                    "the part `{name}` of the path has {} bytes; at most {MAX_KEY} are accepted",
                    part.len()
                )));
            }
            let limits = self.0.iter().find(|(known, _)| known == name);
            if let Some((_, limits)) = limits
                && !part.is_empty()
                && !reads_itself(name)
            {
                limits.check_part(name, part)?;
            }
        }
        Ok(())
    }
}

/// Checks the regular expressions in the schemas of a path's fields.
pub(super) fn check_patterns<S: 'static>(
    pattern: &Pattern,
    operations: &Operations<S>,
) -> Result<(), FrameworkError> {
    let sets = operations.iter().flat_map(|(_, handler)| handler.description.inputs());
    match sets.flat_map(|set| set.limits().faults()).next() {
        None => Ok(()),
        Some(fault) => Err(FrameworkError::FieldPattern {
            path: pattern.as_str().to_owned(),
            field: fault.field.clone(),
            pattern: fault.pattern.clone(),
            reason: fault.reason.clone(),
        }),
    }
}

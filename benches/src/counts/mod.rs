//! Counts under valgrind: instructions and allocations, which repeat on a busy machine where times
//! do not.

mod baseline;
mod comparison;
mod valgrind;

pub use baseline::{Baseline, BaselineError};
pub use comparison::{Comparison, Verdict};
pub(crate) use valgrind::instructions;
pub use valgrind::{ValgrindError, count};

use serde::{Deserialize, Serialize};

/// What one turn of a scenario takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Instructions of the processor.
    pub instructions: u64,
    /// Blocks of memory asked for.
    pub allocations: u64,
    /// Their sizes, in bytes.
    pub allocated_bytes: u64,
}

//! Whether the work for a body is in proportion to its size, whatever its shape: instructions per
//! byte under valgrind, of bodies as a client with bad intentions would send them.

mod bounds;
mod case;
mod cases;
mod measure;
mod reader;
mod shape;
mod table;
mod types;

pub use case::{Case, CaseError, Path, SIZES};
pub use cases::all;
pub use measure::measure;
pub use table::{Cost, Table};

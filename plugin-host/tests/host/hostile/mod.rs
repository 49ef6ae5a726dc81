//! What a hostile or broken plugin can't do to its host.

mod calls;
mod deaths;
mod line;
mod output;
pub(crate) mod peer;

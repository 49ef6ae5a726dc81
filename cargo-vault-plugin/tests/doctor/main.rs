//! `cargo vault-plugin doctor` finds what is wrong with a file, by files that have it wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what serves the tests is test code too"
)]

mod content;
mod folder;
mod place;
mod rights;

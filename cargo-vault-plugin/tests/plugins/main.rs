//! The subcommands that need no server: `check`, `doctor`, `call`, `dist`, `dev --embedded`, as
//! a developer runs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what serves the tests is test code too"
)]

mod call;
mod check;
mod dev;
mod dist;
mod doctor;
mod old;
mod run;

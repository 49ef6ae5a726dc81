//! The commands that run a plugin without a server: `check`, `doctor`, `call`, `dev --embedded`, as
//! a developer runs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what serves the tests is test code too"
)]

mod call;
mod check;
mod doctor;
mod embedded;
mod run;

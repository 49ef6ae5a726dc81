//! The workspace's own tooling: what `cargo xtask SUBCOMMAND` runs, as a library, so that the
//! tests on real servers use the same server finder, process control and API client.
//!
//! One file a subcommand: [`mod@bench`], [`call`], [`check`], [`codegen`], [`dist`], [`dev`], [`doctor`],
//! [`fuzz`], [`public_api`], [`soak`], [`mod@test`], [`tidy`]. What they share: [`embedded`] (a plugin without a server),
//! [`runtime`], [`go_peer`] (the same plugin in Go), [`server`] (a real server: found, started,
//! talked to, stopped), [`cache`] (what is fetched once), [`tutorial`] (the session that
//! is both shown and tested), [`workspace`] (what cargo knows), [`command`] (programs that take
//! long) and [`terminal`].

pub mod bench;
pub mod cache;
pub mod call;
pub mod check;
pub mod codegen;
pub mod command;
pub mod dev;
pub mod dist;
pub mod doctor;
pub mod embedded;
pub mod fuzz;
pub mod go_peer;
pub mod public_api;
pub mod runtime;
pub mod server;
pub mod soak;
pub mod terminal;
pub mod test;
pub mod tidy;
pub mod tutorial;
pub mod workspace;

/// The examples of the README must compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

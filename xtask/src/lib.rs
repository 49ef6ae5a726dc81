//! The workspace's own tooling: what `cargo xtask SUBCOMMAND` runs, as a library for the tests on
//! real servers.
//!
//! One file a subcommand: [`mod@bench`], [`codegen`], [`dist`], [`dev`], [`fuzz`], [`public_api`],
//! [`soak`], [`mod@test`], [`tidy`]. The others are those of [`cargo_vault_plugin`], which also has
//! the real server and the programs that take long. What they share: [`go_peer`] (the same plugin
//! in Go), [`go_plugins`] (HashiCorp's), [`tutorial`] (the session that is both shown and tested),
//! [`vault_source`] (HashiCorp Vault, built from source) and [`workspace`] (what cargo
//! knows).

pub mod bench;
pub mod codegen;
pub mod dev;
pub mod dist;
pub mod fuzz;
pub mod go_peer;
pub mod go_plugins;
pub mod public_api;
pub mod soak;
pub mod test;
pub mod tidy;
pub mod tutorial;
pub mod vault_source;
pub mod workspace;

/// The examples of the README must compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

//! The command `cargo vault-plugin`, as a library: one module for each subcommand, with its
//! `Options` and a function `run`.
//!
//! | module | what the subcommand does |
//! |---|---|
//! | [`check`] | tests whether a plugin does what servers expect, without a server |
//! | [`call`] | sends a plugin one request, without a server |
//! | [`doctor`] | finds out why a server can't start a plugin |
//! | [`dev`] | builds the plugins of a workspace and starts a server with them |
//! | [`dist`] | builds them for release, with checksums and the commands that register them |
//!
//! [`Subcommand`] has all of them, for a command of your own that offers them beside others.
//! [`server`] finds or fetches a real OpenBao or Vault server, which `plugin_host::server` starts;
//! [`embedded`] answers the commands of `bao` without one. Most errors are for people to read, so they have no type of
//! their own.

#[doc(hidden)]
pub mod cache;
pub mod call;
pub mod check;
#[doc(hidden)]
pub mod command;
mod command_line;
pub mod dev;
pub mod dist;
pub mod doctor;
pub mod embedded;
mod executable;
mod interrupt;
mod plugin;
mod runtime;
pub mod server;
mod subcommand;
#[doc(hidden)]
pub mod terminal;

pub use command_line::CommandLine;
pub use executable::Executable;
pub use plugin::{Kind, Plugin, Registration};
pub use subcommand::Subcommand;

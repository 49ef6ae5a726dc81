//! Tests on real servers, a module for each promise that only a real server can show.
//!
//! `cargo xtask test` names the servers and the plugins by environment variables. Without them the
//! pinned servers are fetched and the plugins built with cargo's debug profile. Where there is no
//! server the tests fail and say what to do; they never pass unseen.

#![expect(clippy::print_stdout, reason = "what a test measured is shown when it fails")]

mod auth;
mod backends;
mod builtin_kv;
mod canonical;
mod cluster;
mod command_line;
mod crash;
mod dev;
mod differential;
mod example;
mod forgotten;
mod go_mock;
mod hang_up;
mod help;
mod kill;
mod large;
mod leases;
mod load;
mod mounts;
mod openapi;
mod operations;
mod probes;
mod production;
mod reach;
mod resolve_path;
mod setting;
mod strangers;
mod swept;
mod tutorial;
mod upgrade;
mod validator;

/// Makes tests of functions that take a server: one on the newest version, one on the oldest.
///
/// The names of the modules are known to `cargo xtask test`, which leaves out the second where that
/// version is not available, and says so.
macro_rules! on_both_versions {
    ($($name:ident),+ $(,)?) => {
        mod on_the_newest {
            $(#[test] fn $name() -> anyhow::Result<()> { super::$name(crate::setting::newest()?) })+
        }
        mod on_the_oldest {
            $(#[test] fn $name() -> anyhow::Result<()> { super::$name(crate::setting::oldest()?) })+
        }
    };
}
pub(crate) use on_both_versions;

/// Makes tests of functions that take a server, on the newest version alone: for what takes long
/// and hangs on the plugin more than on the server.
macro_rules! on_the_newest_version {
    ($($name:ident),+ $(,)?) => {
        mod on_the_newest {
            $(#[test] fn $name() -> anyhow::Result<()> { super::$name(crate::setting::newest()?) })+
        }
    };
}
pub(crate) use on_the_newest_version;

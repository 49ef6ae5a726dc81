//! Tests on real servers, a module for each promise that only a real server can show.
//!
//! `cargo xtask test` names the servers and the plugins by environment variables. Without them the
//! servers are fetched or built, and the plugins built with cargo's debug profile. Where there is no
//! server the tests fail and say what to do; they never pass unseen.

#![expect(clippy::print_stdout, reason = "what a test measured is shown when it fails")]

mod auth;
mod backends;
mod builtin_kv;
mod canonical;
mod cluster;
mod command_line;
mod crash;
mod descriptors;
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
mod private_ca;
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

/// Makes tests of functions that take a server: one on each server of the table of versions.
///
/// A function that needs what not every server can do names it in brackets:
/// `a_test [Namespaces, Patch]`. Where the server can't, the test says so, and `cargo xtask test` lists
/// it. That command knows the names of the modules too, and leaves out those of servers that it
/// doesn't have.
macro_rules! on_every_server {
    ($($tests:tt)+) => {
        mod on_openbao { crate::on_server!(OpenBao: $($tests)+); }
        mod on_oldest_openbao { crate::on_server!(OldestOpenBao: $($tests)+); }
        mod on_vault { crate::on_server!(Vault: $($tests)+); }
        mod on_oldest_vault { crate::on_server!(OldestVault: $($tests)+); }
    };
}
pub(crate) use on_every_server;

/// Makes tests as [`on_every_server`] does, on the newest OpenBao and the newest Vault alone: for what
/// takes long and hangs on the plugin more than on the server.
macro_rules! on_the_newest_servers {
    ($($tests:tt)+) => {
        mod on_openbao { crate::on_server!(OpenBao: $($tests)+); }
        mod on_vault { crate::on_server!(Vault: $($tests)+); }
    };
}
pub(crate) use on_the_newest_servers;

/// Makes the tests on one server.
macro_rules! on_server {
    ($role:ident: $($name:ident $([$($need:ident),+ $(,)?])?),+ $(,)?) => {
        $(
            #[test]
            fn $name() -> anyhow::Result<()> {
                crate::setting::Test {
                    role: cargo_vault_plugin::server::Role::$role,
                    name: concat!(module_path!(), "::", stringify!($name)),
                    needs: &[$($(cargo_vault_plugin::server::Capability::$need),+)?],
                }
                .run(super::$name)
            }
        )+
    };
}
pub(crate) use on_server;

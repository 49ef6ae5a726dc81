//! A plugin's process from outside: the messages that a server sends and receives, with a small
//! host that shares no code with the plugin.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the host of the tests is test code too"
)]

mod crashes;
mod descriptors;
mod dialling;
mod errors;
mod fallback;
mod flood;
mod handshake;
mod host;
mod lifecycle;
mod limits;
mod logging;
mod mounts;
mod panics;
mod requests;
mod responses;
mod secure_mode;
mod services;
mod signals;
mod starvation;
mod storage;
mod system_view;
mod tls;
mod transactions;
mod unwaited;
mod unwrap;

//! Bytes between a plugin and its server: sockets, pinned TLS and HTTP/2 connections.

mod body;
mod channel;
mod connection;
mod handshakes;
mod listener;
mod shortage;
mod stream;
mod target;
mod tls;
#[cfg(unix)]
mod unix;

pub(crate) use body::Received;
pub(crate) use channel::Channel;
#[cfg(feature = "host")]
pub(crate) use channel::ConnectError;
pub(crate) use connection::{Connections, serve};
pub(crate) use listener::{BindError, ListenOn, Listener};
pub(crate) use shortage::explained;
pub(crate) use stream::Socket;
pub(crate) use target::Target;
pub(crate) use tls::{Identity, Tls, TlsError};

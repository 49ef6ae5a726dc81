//! Bytes between a plugin and its server: sockets, pinned TLS and HTTP/2 connections.

mod body;
mod channel;
mod connection;
mod handshakes;
mod listener;
mod shortage;
mod socket_file;
mod stream;
mod target;
mod tls;
#[cfg(unix)]
mod unix;
mod unwrap;

pub use body::Received;
pub use channel::Channel;
pub use channel::ConnectError;
pub use connection::{Connections, serve};
pub(crate) use listener::BindError;
pub use listener::{ListenOn, Listener};
pub(crate) use shortage::explained;
pub(crate) use socket_file::SocketFile;
pub(crate) use stream::Socket;
pub use target::Target;
pub(crate) use tls::{ApiArguments, ArgumentError};
pub use tls::{CertifiedKey, SharedPair, Tls, TlsError};
pub(crate) use unwrap::{UnwrapError, unwrap};

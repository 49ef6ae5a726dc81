//! Real servers, OpenBao or Vault: started on free ports of 127.0.0.1, logged, and ended by the
//! process id when they are dropped.
//!
//! | type | what it is |
//! |---|---|
//! | [`DevServer`] | a server in development mode: in memory, unsealed |
//! | [`ProductionServer`] | a server with a config file and raft storage: it restarts, seals, has standbys |
//! | [`ServerProcess`] | what both are: process, address, root token, log, folders |
//! | [`procfs`] | what Linux knows about the processes of servers and plugins |
//!
//! Their functions block the thread. In async code, start a server with
//! `tokio::task::spawn_blocking`.

mod dev;
pub mod environment;
mod error;
mod folder;
mod folders;
mod log;
mod port;
mod process;
pub mod procfs;
mod production;

pub use dev::DevServer;
pub use error::ServerError;
pub(crate) use folder::Folder;
pub use folders::Folders;
pub use log::Log;
pub use process::ServerProcess;
pub use production::{ProductionServer, Settings};

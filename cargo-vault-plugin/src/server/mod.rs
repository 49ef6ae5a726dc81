//! A real OpenBao or Vault server: found or fetched, started, talked to, stopped.

pub mod api;
pub mod cli;
mod cli_output;
pub mod dev_server;
pub mod environment;
pub mod fetch;
pub mod find;
pub mod log;
pub mod pins;
pub mod port;
pub mod process;
pub mod procfs;
pub mod production;
mod random;

pub use api::{Answer, Api};
pub use cli::Cli;
pub use cli_output::Output;
pub use dev_server::DevServer;
pub use find::ServerBinary;
pub use process::ServerProcess;
pub use production::ProductionServer;

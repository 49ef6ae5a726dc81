//! A real OpenBao or Vault server: found or fetched, and its CLI. `plugin_host::server` starts it.

pub mod cli;
mod cli_output;
pub mod fetch;
pub mod find;
pub mod pins;

pub use cli::Cli;
pub use cli_output::Output;
pub use find::ServerBinary;

//! A real OpenBao or Vault server: found or fetched, and its CLI. `plugin_host::server` starts it.

pub mod capability;
pub mod cli;
mod cli_output;
pub mod fetch;
pub mod find;
pub mod pins;
pub mod versions;

pub use capability::Capability;
pub use cli::Cli;
pub use cli_output::Output;
pub use find::{Product, ServerBinary};
pub use versions::{Role, Version};

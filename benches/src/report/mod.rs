//! The performance report: the same engine on this SDK and on another one, measured in one run.

pub mod cpu;
pub mod floor;
pub mod html;
pub mod latency;
pub mod markdown;
pub mod measure;
pub mod memory;
pub mod overload;
pub mod plugin;
pub mod ratio;
pub mod result;
pub mod server;

/// Whatever goes wrong in a tool.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

//! The performance report: the same engine on this SDK and on another one, measured in one run.

pub mod computing;
pub mod cpu;
pub mod floor;
pub mod growth;
pub mod html;
pub mod latency;
pub mod layers;
pub mod markdown;
pub mod measure;
pub mod memory;
pub mod overload;
pub mod plugin;
pub mod ratio;
pub mod result;
pub mod rows;
pub mod server;

/// Whatever goes wrong in a tool.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

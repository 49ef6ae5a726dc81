#![doc = include_str!("../README.md")]

mod codec;
mod generated;
mod redact;

pub use generated::{dbplugin, grpc, logical, pb, plugin, pluginutil};

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Only calls encode and decode messages.
#[cfg(any(feature = "client", feature = "server"))]
mod codec;
mod generated;
mod redact;

pub use generated::{dbplugin, grpc, logical, pb, plugin, pluginutil};

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Only calls encode and decode messages.
#[cfg(any(feature = "client", feature = "server"))]
mod boxed;
#[cfg(feature = "client")]
mod client;
#[cfg(any(feature = "client", feature = "server"))]
mod codec;
mod generated;
mod redact;
#[cfg(feature = "server")]
mod server;

pub use generated::{dbplugin, grpc, logical, pb, plugin, pluginutil};

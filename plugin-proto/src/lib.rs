#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod codec;
mod generated;
mod redact;

pub use generated::{dbplugin, grpc, logical, pb, plugin, pluginutil};

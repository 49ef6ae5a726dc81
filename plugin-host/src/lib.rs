#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod catalog;
mod client;
mod clock;
mod conformance;
mod error;
mod events;
mod faults;
mod host;
mod in_process;
mod launch;
mod lease;
mod mounted_backend;
mod mounts;
mod printable;
mod process;
mod random;
mod requests;
#[cfg(test)]
mod script;
pub mod server;
mod storage;
mod system_view;
pub mod test;
mod token;
mod url;
mod wrapping;

pub use answer::{Answer, AnswerAuth, AnswerError, AnswerLease, AnswerWrap, RawAnswer};
pub use catalog::{CatalogError, PluginType, Registration};
pub use client::{BlockingClient, Client};
pub use clock::Clock;
pub use conformance::{Conformance, Finding, Verdict};
pub use error::{HostError, PathError};
pub use events::{Event, Events};
pub use faults::{Fault, Faults, Rates, StorageCall, StorageOperation, When};
pub use host::{Enable, Host, HostBuilder};
pub use launch::{
    BrokerFault, ByHand, Checksum, Cookie, Exited, Inherited, Launch, LaunchError, LogLevel,
    LogLine, LogLines, NoLine, TlsMode,
};
pub use lease::{Expired, LeaseInfo, Revoked};
pub use mounted_backend::InstanceError;
pub use mounts::MountInfo;
pub use process::{Left, PluginProcess};
pub use requests::{ApiRequest, MountedBackend};
pub use storage::Store;
pub use system_view::{SystemSettings, SystemValues};
pub use token::TokenInfo;

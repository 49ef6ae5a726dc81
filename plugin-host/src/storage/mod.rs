//! The server's storage, in memory: the entries of every mount.

mod mount;
mod service;
mod store;

pub(super) use mount::{MountState, MountStorage};
pub(super) use service::StorageService;
pub use store::Store;

//! What is mounted where, and the way from a request's path to its mount.

mod mount;
mod processes;
mod table;

pub use mount::MountInfo;
pub(super) use mount::{Active, KV, Mounted, Services, Tune};
pub(super) use processes::{Processes, Seat};
pub(super) use table::{MountTable, mount_path};

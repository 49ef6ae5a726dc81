//! What the host tells its mounts about itself, as tests set it.

mod mount;
mod service;
mod settings;

pub(super) use mount::{MountSystemView, TunedTtls};
pub(super) use service::SystemViewService;
pub use settings::{SystemSettings, SystemValues};

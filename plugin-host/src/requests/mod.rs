//! From an API client's request to a mount's backend, and back.

mod arrival;
mod call;
mod clients;
mod direct;
mod leases;
mod request;
mod route;
mod sys;
mod unauthenticated;

pub use direct::MountedBackend;
pub use request::ApiRequest;

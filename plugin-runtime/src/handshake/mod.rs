//! The start of a plugin: what a server says through the environment, and the one line with
//! which the plugin answers on stdout.
//!
//! Everything here is a pure function of its arguments. Reading the process's environment and
//! writing to stdout is [`crate::serve`]'s business.

pub(crate) mod cookie;
pub(crate) mod environment;
pub(crate) mod line;
pub(crate) mod negotiation;

pub use environment::{Environment, EnvironmentError};
pub use line::{HandshakeLine, LineError, Network};
pub use negotiation::{Negotiated, PROTOCOL_VERSION, negotiate};

//! The start of a plugin: the environment that a server sets, and the one line with which the
//! plugin answers on stdout.
//!
//! Everything here is a pure function of its arguments. [`crate::serve`] reads the process's
//! environment and writes to stdout.

pub(crate) mod cookie;
pub(crate) mod environment;
pub(crate) mod line;
pub(crate) mod mode;
pub(crate) mod negotiation;

pub use environment::{Environment, EnvironmentError, UnwrapToken};
pub use line::{HandshakeLine, LineError, Network};
pub(crate) use mode::Mode;
pub use negotiation::{Negotiated, PROTOCOL_VERSION, PROTOCOL_VERSIONS, negotiate};

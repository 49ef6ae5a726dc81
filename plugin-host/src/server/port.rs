//! Free ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};

use super::ServerError;

/// Returns a port that is free now, with the one above it free as well.
///
/// A server serves its API on the port and its cluster on the next one. Another process may take
/// either before the server does: a start that fails with "address already in use" is repeated with
/// another port.
pub(super) fn free_pair() -> Result<u16, ServerError> {
    for _ in 0..64 {
        let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) else { continue };
        let Ok(address) = listener.local_addr() else { continue };
        let Some(next) = address.port().checked_add(1) else { continue };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, next)).is_ok() {
            return Ok(address.port());
        }
    }
    Err(ServerError::NoPort)
}

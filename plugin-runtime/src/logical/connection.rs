//! The API client's connection to the server.

use std::net::IpAddr;

use bytes::Bytes;

/// The origin of a request. Absent for requests that the server makes itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connection {
    /// The client's address, without a port, as the server wrote it.
    pub remote_addr: String,
    /// The client's port; 0 if the server does not send it (Vault does not).
    pub remote_port: u16,
    /// The client's TLS session; absent on a plaintext listener.
    pub tls: Option<TlsState>,
    /// The client's certificates in DER as a proxy in front of the server passed them on; OpenBao
    /// only.
    pub proxied_certificates: Vec<Bytes>,
    /// The client's certificates in DER; OpenBao only, see also [`TlsState::peer_certificates`].
    pub peer_certificates: Vec<Bytes>,
}

impl Connection {
    /// Returns the client's address, if it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.remote_addr.parse().ok()
    }
}

/// The TLS session between the API client and the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsState {
    /// TLS's own code point: `0x0304` for 1.3.
    pub version: u16,
    /// Whether the handshake is complete.
    pub handshake_complete: bool,
    /// Whether the session was resumed.
    pub did_resume: bool,
    /// TLS's own code point.
    pub cipher_suite: u16,
    /// The protocol agreed on by ALPN.
    pub negotiated_protocol: String,
    /// The server name that the client asked for.
    pub server_name: String,
    /// The certificates that the client sent, in DER, its own first.
    pub peer_certificates: Vec<Bytes>,
    /// The chains that the server built and verified, each in DER, its leaf first.
    pub verified_chains: Vec<Vec<Bytes>>,
    /// Timestamps of certificate transparency logs.
    pub signed_certificate_timestamps: Vec<Bytes>,
    /// A stapled OCSP response.
    pub ocsp_response: Bytes,
    /// The channel binding `tls-unique`; empty in TLS 1.3.
    pub tls_unique: Bytes,
}

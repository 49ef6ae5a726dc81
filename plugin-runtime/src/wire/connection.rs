//! The API client's connection.

use bytes::Bytes;
use plugin_proto::pb;

use crate::{Connection, TlsState};

pub(super) fn connection_from_wire(connection: pb::Connection) -> Connection {
    Connection {
        remote_addr: connection.remote_addr,
        remote_port: u16::try_from(connection.remote_port).unwrap_or_default(),
        tls: connection.connection_state.map(tls_from_wire),
        proxied_certificates: connection.proxied_certificates_raw,
        peer_certificates: connection.peer_certificates_raw,
    }
}

fn tls_from_wire(state: pb::ConnectionState) -> TlsState {
    TlsState {
        version: u16::try_from(state.version).unwrap_or_default(),
        handshake_complete: state.handshake_complete,
        did_resume: state.did_resume,
        cipher_suite: u16::try_from(state.cipher_suite).unwrap_or_default(),
        negotiated_protocol: state.negotiated_protocol,
        server_name: state.server_name,
        peer_certificates: state.peer_certificates.map(chain_from_wire).unwrap_or_default(),
        verified_chains: state.verified_chains.into_iter().map(chain_from_wire).collect(),
        signed_certificate_timestamps: state.signed_certificate_timestamps,
        ocsp_response: state.ocsp_response,
        tls_unique: state.tls_unique,
    }
}

fn chain_from_wire(chain: pb::CertificateChain) -> Vec<Bytes> {
    chain.certificates.into_iter().map(|certificate| certificate.asn1_data).collect()
}

//! Requests and replies as they travel.

use bytes::Bytes;
use plugin_proto::pb;
use prost::Message as _;

use crate::document::{Size, document};

/// Returns a write of a document as a server sends it, with all that goes along with a client's
/// request.
#[must_use]
pub fn request(size: Size) -> Bytes {
    let request = pb::Request {
        id: "0d9d6a3c-5f0e-4a5e-b8a7-0f3ad6a1c1a2".to_owned(),
        operation: "update".to_owned(),
        path: "team/service/credentials".to_owned(),
        data: document(size),
        client_token: "c4b1f6a9d2e8037f5a6b1c9d0e2f3a4b5c6d7e8f".to_owned(),
        client_token_accessor: "qk3rXy7Tn0bVd5mWz1LsPc8g".to_owned(),
        display_name: "userpass-alice".to_owned(),
        mount_point: "mock/".to_owned(),
        mount_type: "mock".to_owned(),
        mount_accessor: "mock_8f2b6c1d".to_owned(),
        entity_id: "7b1e0c52-8d1f-4f0d-9a55-3d2f6f0a9c11".to_owned(),
        connection: Some(pb::Connection {
            remote_addr: "192.0.2.17".to_owned(),
            remote_port: 48_212,
            ..Default::default()
        }),
        ..Default::default()
    };
    let args = pb::HandleRequestArgs { storage_id: 0, request: Some(Box::new(request)) };
    args.encode_to_vec().into()
}

/// Returns the reply to a read of a document.
#[must_use]
pub fn reply(size: Size) -> pb::HandleRequestReply {
    let response = pb::Response { data: document(size), ..Default::default() };
    pb::HandleRequestReply { response: Some(Box::new(response)), err: None }
}

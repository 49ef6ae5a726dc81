//! Requests, as servers send them.

use std::collections::HashMap;
use std::time::Instant;

use plugin_proto::pb;

use super::auth::auth_from_wire;
use super::connection::connection_from_wire;
use super::lease::{duration_from_wire, secret_from_wire};
use crate::logical::headers::Headers;
use crate::{Data, Operation, Request, RequestWrap, Storage, SystemView};

pub fn request_from_wire(
    request: pb::Request,
    storage: &Storage,
    system_view: &SystemView,
    deadline: Option<Instant>,
) -> Request {
    Request {
        operation: Operation::from_name(&request.operation),
        id: request.id,
        path: request.path,
        data: Data::from_wire(request.data),
        secret: request.secret.map(secret_from_wire),
        auth: request.auth.map(auth_from_wire),
        headers: headers_from_wire(request.headers),
        client_token: request.client_token,
        client_token_accessor: request.client_token_accessor,
        display_name: request.display_name,
        mount_point: request.mount_point,
        mount_type: request.mount_type,
        mount_accessor: request.mount_accessor,
        wrap: request.wrap_info.map(|wrap| RequestWrap {
            ttl: duration_from_wire(wrap.ttl),
            format: wrap.format,
            seal_wrap: wrap.seal_wrap,
        }),
        entity_id: request.entity_id,
        policy_override: request.policy_override,
        unauthenticated: request.unauthenticated,
        connection: request.connection.map(connection_from_wire),
        replication_cluster: request.replication_cluster,
        requires_snapshot_id: request.requires_snapshot_id,
        storage: storage.clone().until(deadline),
        system_view: system_view.clone().until(deadline),
        deadline,
    }
}

fn headers_from_wire(headers: HashMap<String, pb::Header>) -> Headers {
    headers.into_iter().map(|(name, values)| (name, values.header)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_whole() {
        let header = pb::Header { header: vec!["a".to_owned(), "b".to_owned()] };
        let wire = pb::Request {
            id: "id".to_owned(),
            operation: "resolve-role".to_owned(),
            path: "login".to_owned(),
            data: r#"{"n":12345678901234567890}"#.into(),
            headers: [("X-Custom".to_owned(), header)].into(),
            wrap_info: Some(pb::RequestWrapInfo { ttl: 1_000_000_000, ..Default::default() }),
            secret: Some(pb::Secret { internal_data: "null".into(), ..Default::default() }),
            unauthenticated: true,
            ..Default::default()
        };
        let storage = Storage::in_memory();
        let request = request_from_wire(wire, &storage, &SystemView::unavailable(), None);
        assert_eq!(request.operation, Operation::ResolveRole);
        assert_eq!(request.data.as_bytes(), br#"{"n":12345678901234567890}"#);
        assert_eq!(request.header("x-custom"), Some("a"));
        assert_eq!(request.wrap.as_ref().unwrap().ttl.as_secs(), 1);
        assert!(request.secret.as_ref().unwrap().internal_data.is_none());
        assert!(request.unauthenticated && request.auth.is_none() && request.connection.is_none());
    }
}

//! Answers with what reached the backend.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use plugin_runtime::{Auth, Error, Lease, Request, Response};
use serde_json::{Value, json};

/// Returns the whole request as data.
pub(super) fn echo(request: &Request) -> Result<Response, Error> {
    let remaining = request.deadline.map(|at| at.saturating_duration_since(Instant::now()));
    Response::new(&json!({
        "id": request.id,
        "operation": request.operation.name(),
        "path": request.path,
        "data": request.data.parse::<Value>()?,
        "secret": request.secret.as_ref().map(|secret| json!({
            "lease": lease(&secret.lease),
            "internal_data": secret.internal_data.parse::<Value>().unwrap_or_default(),
            "lease_id": secret.lease_id,
        })),
        "auth": request.auth.as_ref().map(login),
        "headers": request.headers,
        "client_token": request.client_token,
        "client_token_accessor": request.client_token_accessor,
        "display_name": request.display_name,
        "mount_point": request.mount_point,
        "mount_type": request.mount_type,
        "mount_accessor": request.mount_accessor,
        "wrap": request.wrap.as_ref().map(|wrap| json!({
            "ttl": wrap.ttl.as_secs(), "format": wrap.format, "seal_wrap": wrap.seal_wrap,
        })),
        "entity_id": request.entity_id,
        "policy_override": request.policy_override,
        "unauthenticated": request.unauthenticated,
        "connection": request.connection.as_ref().map(connection),
        "replication_cluster": request.replication_cluster,
        "requires_snapshot_id": request.requires_snapshot_id,
        "deadline_ms": remaining.map(|left| left.as_millis()),
    }))
}

fn lease(lease: &Lease) -> Value {
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map(|d| d.as_secs()).ok();
    json!({
        "ttl": lease.ttl.as_secs(),
        "max_ttl": lease.max_ttl.as_secs(),
        "renewable": lease.renewable,
        "increment": lease.increment.as_secs(),
        "issue_time": lease.issue_time.and_then(seconds),
    })
}

fn login(auth: &Auth) -> Value {
    json!({
        "lease": lease(&auth.lease),
        "internal_data": auth.internal_data.parse::<Value>().unwrap_or_default(),
        "display_name": auth.display_name,
        "policies": auth.policies,
        "metadata": auth.metadata,
        "client_token": auth.client_token,
        "accessor": auth.accessor,
        "period": auth.period.as_secs(),
        "num_uses": auth.num_uses,
        "entity_id": auth.entity_id,
        "alias": auth.alias.as_ref().map(|alias| &alias.name),
        "group_aliases": auth.group_aliases.iter().map(|a| &a.name).collect::<Vec<_>>(),
        "bound_cidrs": auth.bound_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "token_policies": auth.token_policies,
        "identity_policies": auth.identity_policies,
        "explicit_max_ttl": auth.explicit_max_ttl.as_secs(),
        "token_type": format!("{:?}", auth.token_type),
        "no_default_policy": auth.no_default_policy,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn texts<T: AsRef<[u8]>>(list: &[T]) -> Vec<String> {
    list.iter().map(|bytes| text(bytes.as_ref())).collect()
}

fn connection(connection: &plugin_runtime::Connection) -> Value {
    json!({
        "remote_addr": connection.remote_addr,
        "remote_port": connection.remote_port,
        "proxied_certificates": texts(&connection.proxied_certificates),
        "peer_certificates": texts(&connection.peer_certificates),
        "tls": connection.tls.as_ref().map(|tls| json!({
            "version": tls.version,
            "handshake_complete": tls.handshake_complete,
            "did_resume": tls.did_resume,
            "cipher_suite": tls.cipher_suite,
            "negotiated_protocol": tls.negotiated_protocol,
            "server_name": tls.server_name,
            "peer_certificates": texts(&tls.peer_certificates),
            "verified_chains": tls.verified_chains.iter().map(|c| texts(c)).collect::<Vec<_>>(),
            "signed_certificate_timestamps": texts(&tls.signed_certificate_timestamps),
            "ocsp_response": text(&tls.ocsp_response),
            "tls_unique": text(&tls.tls_unique),
        })),
    })
}

//! The way of a request: sealed or not, the path's mount, the token, the canonical path, the
//! existence check, the backend, and what becomes of its answer.

use std::sync::Arc;
use std::time::SystemTime;

use plugin_proto::pb;
use serde_json::{Map, Value};

use super::ApiRequest;
use crate::Operation;
use crate::host::Host;
use crate::host::answer::{Access, Answer, Asked};
use crate::host::instance::InstanceError;
use crate::host::lease::NewLease;
use crate::host::mounts::Mounted;
use crate::host::token::{LoginMount, TokenInfo};

/// Kinds of errors that say that there is no existence check.
const UNSUPPORTED: std::ops::RangeInclusive<u32> = 5..=6;

/// The kind of error whose text reaches the caller of an existence check.
const USER_ERROR: u32 = 1;

/// A request on its way to its mount.
struct Routed<'a> {
    mount: &'a Arc<Mounted>,
    /// The path within the mount.
    path: String,
    operation: Operation,
    access: Access,
    token: Option<TokenInfo>,
    id: String,
}

impl Host {
    /// Sends a request, as an API client does, and answers as a server would. Every token that is
    /// valid may do everything: this host has no policies.
    pub async fn request(&self, request: ApiRequest) -> Answer {
        let Some(fields) = request.fields() else {
            return Answer::refused(400, "error parsing JSON");
        };
        let path = full_path(&request);
        // Some of these answer while the host is sealed.
        if let Some(answer) = self.own_path(&request, &path, &fields).await {
            return answer;
        }
        if self.is_sealed() {
            return Answer::refused(503, "Vault is sealed");
        }
        let found =
            self.shared.mounts.lock().route(&path).map(|(mount, rest)| (mount, rest.to_owned()));
        let Some((mount, rest)) = found else {
            let text = format!("no handler for route \"{path}\". route entry not found.");
            return Answer::refused(404, text);
        };
        if mount.services.system_view.is_tainted() {
            let text = format!("no handler for route \"{path}\". route entry is tainted.");
            return Answer::refused(404, text);
        }
        let answer = self.answer(&request, &mount, rest, &fields).await;
        if let Some(token) = &request.token {
            self.shared.tokens.used(token);
        }
        answer
    }

    async fn answer(
        &self,
        request: &ApiRequest,
        mount: &Arc<Mounted>,
        path: String,
        fields: &Map<String, Value>,
    ) -> Answer {
        let path = match self.canonical(mount, path).await {
            Ok(path) => path,
            Err(answer) => return answer,
        };
        let access = self.access(mount, &path).await;
        let token = request.token.as_deref().and_then(|token| self.shared.tokens.use_once(token));
        if token.is_none() && access == Access::Token {
            return Answer::refused(403, "permission denied");
        }
        let mut routed = Routed {
            mount,
            path,
            operation: request.operation,
            access,
            token,
            id: uuid::Uuid::new_v4().to_string(),
        };
        let mut wire = self.wire_request(request, &routed, fields);
        if routed.operation == Operation::Update {
            match self.exists(mount, &wire).await {
                Ok(true) => {}
                Ok(false) => routed.operation = Operation::Create,
                Err(answer) => return answer,
            }
            routed.operation.name().clone_into(&mut wire.operation);
            // Servers fill it in on the way through the existence check.
            wire.mount_accessor.clone_from(&mount.accessor);
        }
        let reply = self.handle(mount, &wire).await;
        self.complete(request, &routed, reply).await
    }

    /// The canonical path, for mounts that have another one.
    async fn canonical(&self, mount: &Arc<Mounted>, path: String) -> Result<String, Answer> {
        if !self.shared.resolves_paths {
            return Ok(path);
        }
        let wire = pb::Request {
            operation: Operation::ResolvePath.name().to_owned(),
            path: path.clone(),
            mount_point: mount.path(),
            data: "null".into(),
            ..Default::default()
        };
        let Ok(reply) = self.handle(mount, &wire).await else { return Ok(path) };
        let data = reply.response.filter(|_| reply.err.is_none()).map(|response| response.data);
        let data: Value = serde_json::from_slice(&data.unwrap_or_default()).unwrap_or_default();
        match data.get("path") {
            None => Ok(path),
            Some(Value::String(canonical)) => Ok(canonical.clone()),
            Some(_) => Err(Answer::refused(500, "internal error")),
        }
    }

    /// What a path asks for. While the mount is reloaded, this waits for its new special paths.
    async fn access(&self, mount: &Arc<Mounted>, path: &str) -> Access {
        let Ok(active) = self.active(mount).await else { return Access::Token };
        let open = active.special_paths.is_unauthenticated(path);
        match (open, mount.path().starts_with("auth/")) {
            (false, _) => Access::Token,
            (true, true) => Access::Login,
            (true, false) => Access::Open,
        }
    }

    /// Whether something is at the path; yes where the backend does not know or care.
    async fn exists(&self, mount: &Arc<Mounted>, wire: &pb::Request) -> Result<bool, Answer> {
        match self.existence_check(mount, wire).await {
            Ok(pb::HandleExistenceCheckReply { err: Some(error), .. }) => match error.err_type {
                USER_ERROR => Err(Answer::refused(400, error.err_msg)),
                kind if UNSUPPORTED.contains(&kind) => Ok(true),
                _ => Err(Answer::refused(500, "internal error")),
            },
            Ok(reply) => Ok(!reply.check_found || reply.exists),
            Err(error) => {
                tracing::warn!(mount = %mount.path(), %error, "existence check failed");
                Err(Answer::refused(500, "internal error"))
            }
        }
    }

    fn wire_request(
        &self,
        request: &ApiRequest,
        routed: &Routed<'_>,
        fields: &Map<String, Value>,
    ) -> pb::Request {
        let passed = &routed.mount.tune.lock().passthrough_request_headers;
        let is_passed =
            |name: &String| passed.iter().any(|passed| passed.eq_ignore_ascii_case(name));
        let headers = request.headers.iter().filter(|(name, _)| is_passed(name));
        let data = if fields.is_empty() && !writes(routed.operation) {
            "null".to_owned()
        } else {
            serde_json::to_string(fields).unwrap_or_default()
        };
        let token = routed.token.as_ref();
        pb::Request {
            id: routed.id.clone(),
            operation: routed.operation.name().to_owned(),
            path: routed.path.clone(),
            data: data.into(),
            headers: headers
                .map(|(name, values)| (name.clone(), pb::Header { header: values.clone() }))
                .collect(),
            client_token: request
                .token
                .as_ref()
                .filter(|_| token.is_some())
                .map(|token| hashed(&routed.mount.uuid, token))
                .unwrap_or_default(),
            client_token_accessor: token.map(|token| token.accessor.clone()).unwrap_or_default(),
            display_name: token.map(|token| token.display_name.clone()).unwrap_or_default(),
            entity_id: token.map(|token| token.entity_id.clone()).unwrap_or_default(),
            mount_point: routed.mount.path(),
            mount_type: routed.mount.plugin.clone(),
            wrap_info: request.wrap_ttl.map(|ttl| pb::RequestWrapInfo {
                ttl: crate::wire::duration_to_wire(ttl),
                ..Default::default()
            }),
            unauthenticated: routed.access != Access::Token,
            connection: Some(pb::Connection {
                remote_addr: request.remote_addr.to_string(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// Lease, token and wrapping of an answer.
    async fn complete(
        &self,
        request: &ApiRequest,
        routed: &Routed<'_>,
        reply: Result<pb::HandleRequestReply, InstanceError>,
    ) -> Answer {
        let asked = Asked {
            operation: routed.operation,
            access: routed.access,
            wrap_ttl: request.wrap_ttl,
        };
        let mut found = Answer::from_reply(asked, reply);
        {
            let allowed = &routed.mount.tune.lock().allowed_response_headers;
            let redirected = found.answer.redirect.is_some();
            found.answer.headers.retain(|name, _| {
                redirected || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
            });
        }
        let mount = routed.mount.path();
        let path = format!("{mount}{}", routed.path);
        let limits = routed.mount.services.system_view.ttl_limits();
        if let Some(secret) = found.secret {
            let (token, not_after) = self.bound_to(request, routed);
            let lease = NewLease {
                mount,
                path: path.clone(),
                data: found.answer.stored_data(),
                secret,
                token,
                not_after,
            };
            match self.shared.leases.register(lease, limits) {
                Ok((lease, warnings)) => {
                    found.answer.lease = Some(lease);
                    found.answer.warnings.extend(warnings);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot lease a secret");
                    return error.answer_to_issue();
                }
            }
        }
        if let Some(auth) = found.auth {
            let mount = LoginMount {
                path: routed.mount.path(),
                mount_type: routed.mount.plugin.clone(),
                accessor: routed.mount.accessor.clone(),
                token_type: routed.mount.tune.lock().token_type,
                local: false,
            };
            match self.shared.tokens.login(mount, &path, auth, limits) {
                Ok(login) => {
                    found.answer.auth = Some(login.auth);
                    found.answer.warnings.extend(login.warnings);
                }
                Err(error) => return error.answer(),
            }
        }
        match found.wrap_ttl {
            Some(ttl) => {
                let wrap = self.shared.wrappings.wrap(found.answer.clone(), &path, ttl);
                found.answer.wrapped(wrap)
            }
            None => found.answer,
        }
    }

    /// The token that ends a lease with itself, or the time that does.
    fn bound_to(
        &self,
        request: &ApiRequest,
        routed: &Routed<'_>,
    ) -> (Option<String>, Option<SystemTime>) {
        match &routed.token {
            Some(token) if token.token_type.is_batch() => (None, token.expire_time),
            Some(_) => (request.token.clone(), None),
            None => (None, None),
        }
    }
}

fn writes(operation: Operation) -> bool {
    matches!(operation, Operation::Create | Operation::Update | Operation::Patch)
}

/// Without slashes in front; with one at the end of a list.
fn full_path(request: &ApiRequest) -> String {
    let path = request.path.trim_start_matches('/');
    let lists = matches!(request.operation, Operation::List | Operation::Scan);
    if lists && !path.ends_with('/') { format!("{path}/") } else { path.to_owned() }
}

/// What a plugin gets in place of a token: the same for the same token and mount, and nothing that
/// leads back to it.
fn hashed(uuid: &str, token: &str) -> String {
    use sha2::Digest as _;

    let sum = sha2::Sha256::new_with_prefix(uuid).chain_update(token).finalize();
    sum.iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

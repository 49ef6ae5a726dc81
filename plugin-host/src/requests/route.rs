//! The path of a request through the host: sealed or not, the path's mount, the token, the canonical path, the
//! existence check, the backend, and its answer.

use std::sync::Arc;
use std::time::SystemTime;

use plugin_proto::pb;
use serde_json::{Map, Value};

use super::arrival::{self, Arrived};
use super::unauthenticated::is_unauthenticated;
use super::{ApiRequest, sys};
use crate::Host;
use crate::answer::{Access, Answer, Asked, in_a_list};
use crate::lease::NewLease;
use crate::mounted_backend::InstanceError;
use crate::mounts::Mounted;
use crate::token::{LoginMount, TokenInfo};
use plugin_runtime::Operation;

/// Kinds of errors that say that there is no existence check.
const UNSUPPORTED: std::ops::RangeInclusive<u32> = 5..=6;

/// Kinds of errors with which a mount leaves a path as it is: it is asked with the fields of the
/// request, which it may refuse as those of another.
const TAKEN_AS_IT_IS: std::ops::RangeInclusive<u32> = 4..=6;

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
        let asked = request.operation;
        let Arrived { request, fields } = match arrival::arrived(request) {
            Ok(arrived) => arrived,
            Err(refused) => return arrival::departed(asked, asked, *refused),
        };
        let mut answer = self.arrived(&request, fields.as_ref()).await;
        if let Some(namespace) = arrival::namespace(&request) {
            answer.headers.insert(arrival::NAMESPACE.to_owned(), vec![namespace.to_owned()]);
        }
        arrival::departed(asked, request.operation, answer)
    }

    async fn arrived(&self, request: &ApiRequest, fields: Option<&Map<String, Value>>) -> Answer {
        let path = request.path.as_str();
        // Some of these answer while the host is sealed.
        if !sys::answers_when_sealed(path) {
            if self.is_sealed() {
                return Answer::refused(503, "Vault is sealed");
            }
            if arrival::namespace(request).is_some_and(|named| !arrival::is_root(named)) {
                return Answer::refused(404, "namespace not found");
            }
            if let Some(refused) = arrival::refused_by_path(request) {
                return refused;
            }
        }
        if let Some(answer) = self.own_path(request, path, fields).await {
            return answer;
        }
        let found =
            self.shared.mounts.lock().route(path).map(|(mount, rest)| (mount, rest.to_owned()));
        let Some((mount, rest)) = found else {
            let token = request.token.as_deref().unwrap_or_default();
            if self.shared.tokens.use_once(token).is_none() {
                return self.denied(token);
            }
            self.shared.tokens.used(token);
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            let text = format!("no handler for route \"{path}\". route entry not found.");
            return Answer::refused(404, text);
        };
        if mount.services.system_view.is_tainted() {
            let text = format!(
                "no handler for route \"{path}\" on namespace \"\". route entry or namespace is \
                 tainted."
            );
            return Answer::refused(404, text);
        }
        let answer = self.answer(request, &mount, rest, fields).await;
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
        fields: Option<&Map<String, Value>>,
    ) -> Answer {
        let path = match self.canonical(mount, path, fields).await {
            Ok(path) => path,
            Err(answer) => return answer,
        };
        let access = self.access(mount, &path).await;
        let token = request.token.as_deref().and_then(|token| self.shared.tokens.use_once(token));
        if token.is_none() && access == Access::Token {
            return self.denied(request.token.as_deref().unwrap_or_default());
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

    /// Refuses a client that has no token for this. A wrapping token is used up by it.
    pub(super) fn denied(&self, token: &str) -> Answer {
        let text = "permission denied";
        let wrapping = self.shared.wrappings.drop_token(token);
        Answer::refused(403, if wrapping { in_a_list(text) } else { text.to_owned() })
    }

    /// Asks the mount for the canonical path.
    async fn canonical(
        &self,
        mount: &Arc<Mounted>,
        path: String,
        fields: Option<&Map<String, Value>>,
    ) -> Result<String, Answer> {
        if !self.shared.resolves_paths {
            return Ok(path);
        }
        let wire = pb::Request {
            operation: Operation::ResolvePath.name().to_owned(),
            path: path.clone(),
            mount_point: mount.path(),
            data: data_to_wire(fields).into(),
            ..Default::default()
        };
        let Ok(reply) = self.handle(mount, &wire).await else { return Ok(path) };
        if let Some(error) = reply.err {
            if TAKEN_AS_IT_IS.contains(&error.err_type) {
                return Ok(path);
            }
            let reply = pb::HandleRequestReply { response: None, err: Some(error) };
            let operation = Operation::ResolvePath;
            let asked = Asked { operation, access: Access::Login, wrap_ttl: None };
            return Err(Answer::from_reply(asked, Ok(reply)).answer);
        }
        let data = reply.response.map(|response| response.data);
        let data: Value = serde_json::from_slice(&data.unwrap_or_default()).unwrap_or_default();
        match data.get("path") {
            None => Ok(path),
            Some(Value::String(canonical)) => Ok(canonical.clone()),
            Some(_) => Err(Answer::refused(500, "internal error")),
        }
    }

    /// Returns what a path asks for. While the mount is reloaded, this waits for its new special
    /// paths.
    async fn access(&self, mount: &Arc<Mounted>, path: &str) -> Access {
        let Ok(active) = self.active(mount).await else { return Access::Token };
        let open = is_unauthenticated(&active.special_paths, path);
        match (open, mount.path().starts_with("auth/")) {
            (false, _) => Access::Token,
            (true, true) => Access::Login,
            (true, false) => Access::Open,
        }
    }

    /// Asks whether something is at the path; returns true if the backend does not know or care.
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
        fields: Option<&Map<String, Value>>,
    ) -> pb::Request {
        let passed = &routed.mount.tune.lock().passthrough_request_headers;
        let is_passed =
            |name: &String| passed.iter().any(|passed| passed.eq_ignore_ascii_case(name));
        let headers = request.headers.iter().filter(|(name, _)| is_passed(name));
        let token = routed.token.as_ref();
        pb::Request {
            id: routed.id.clone(),
            operation: routed.operation.name().to_owned(),
            path: routed.path.clone(),
            data: data_to_wire(fields).into(),
            headers: headers
                .map(|(name, values)| (canonical(name), pb::Header { header: values.clone() }))
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
                ttl: plugin_runtime::__private::wire::duration_to_wire(ttl),
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

    /// Adds lease, token and wrapping to an answer.
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
        let mut reply = reply;
        if let Ok(pb::HandleRequestReply { response: Some(response), .. }) = &mut reply {
            let allowed = &routed.mount.tune.lock().allowed_response_headers;
            let is_allowed =
                |name: &String| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name));
            response.headers.retain(|name, _| is_allowed(name));
        }
        let mut found = Answer::from_reply(asked, reply);
        let mount = routed.mount.path();
        let path = format!("{mount}{}", routed.path);
        let limits = routed.mount.services.system_view.ttl_limits();
        if let Some(secret) = found.secret {
            let leased = if routed.mount.keeps_leases() {
                let (token, not_after) = self.bound_to(request, routed);
                let lease = NewLease {
                    mount,
                    path: path.clone(),
                    data: found.answer.stored_data(),
                    secret,
                    token,
                    not_after,
                };
                self.shared.leases.register(lease, limits)
            } else {
                self.shared.leases.announced(&secret, limits)
            };
            match leased {
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

    /// Returns the token that ends a lease with itself, or the time that does.
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

/// Formats a header's name as HTTP libraries write it: each part with a capital letter.
fn canonical(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect()
    });
    parts.collect::<Vec<String>>().join("-")
}

/// Converts the fields to the form that a plugin gets.
fn data_to_wire(fields: Option<&Map<String, Value>>) -> String {
    fields.and_then(|fields| serde_json::to_string(fields).ok()).unwrap_or_else(|| "null".into())
}

/// Derives what a plugin gets instead of a token: the same for the same token and mount, and
/// nothing that leads back to it.
fn hashed(uuid: &str, token: &str) -> String {
    use sha2::Digest as _;

    let sum = sha2::Sha256::new_with_prefix(uuid).chain_update(token).finalize();
    sum.iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

//! Errors, leases, logins and the other forms of an answer.

use std::time::Duration;

use plugin_runtime::{
    Alias, Auth, Data, Error, Lease, Operation, RawResponse, Request, Response, Secret, StatusCode,
    StorageEntry,
};
use serde::Deserialize;
use serde_json::json;

use super::Planted;
use super::logging::Hostile;

pub(super) fn failure(kind: &str, request: &Request) -> Result<Error, Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Told {
        explained: Option<String>,
        hostile: String,
    }
    let told = request.data.parse::<Option<Told>>()?.unwrap_or_default();
    let error = match kind {
        "unknown" => Error::new("a plain text"),
        "user" => Error::user("the user's mistake"),
        "internal" => Error::internal("the backend's mistake"),
        "coded" => Error::coded(StatusCode::CONFLICT, "a conflict"),
        "bad-request" => Error::bad_request("a bad request"),
        "unsupported-operation" => Error::unsupported_operation(),
        "unsupported-path" => Error::unsupported_path(),
        "invalid-request" => Error::invalid_request(),
        "permission-denied" => Error::permission_denied(),
        "multi-authz-pending" => Error::multi_authz_pending(),
        "unrecoverable" => Error::unrecoverable(),
        "empty" => Error::new(""),
        "hostile" => Error::internal("what the caller sees").with_source(Hostile(told.hostile)),
        "caused" => Error::internal("what the caller sees")
            .with_source(std::io::Error::other("what only the log sees")),
        _ => Error::unsupported_path(),
    };
    Ok(match told.explained {
        Some(text) => error.explained(text),
        None => error,
    })
}

pub(super) fn formed(form: &str) -> Result<Response, Error> {
    let minute = Duration::from_secs(60);
    match form {
        "empty" => Ok(Response::empty()),
        "keys" => Ok(Response::keys(["a", "b/"])),
        "no-keys" => Ok(Response::keys::<String>([])),
        "warnings" => Response::new(&json!({ "a": 1 }))
            .map(|response| response.with_warning("careful").with_warning("really")),
        "headers" => Ok(Response::empty().with_header("X-One", "1").with_header("X-One", "2")),
        "wrapped" => Ok(Response::empty().wrapped_for(minute)),
        "redirect" => Ok(Response::redirect("https://example.com/")),
        "role" => Ok(Response::role("dev")),
        "error" => Ok(Response::error("in words")),
        "raw" => Ok(Response::raw(
            RawResponse::new(StatusCode::IM_A_TEAPOT, "text/plain", &b"short and stout"[..])
                .cache_control("no-store"),
        )),
        "lease" => {
            let lease = Lease::of(minute).renewable_up_to(2 * minute);
            let internal_data = Data::new(&json!({ "user": "u1" }))?;
            let secret = Secret { lease, internal_data, lease_id: String::new() };
            Response::secret(secret, &json!({ "password": "p1" }))
        }
        "auth" => {
            let mut auth = Auth::of(Alias::named("alice"));
            auth.policies = vec!["dev".to_owned()];
            auth.lease = Lease::of(minute);
            Ok(Response::auth(auth))
        }
        // Servers would take it for an error.
        "misread" => Response::new(&json!({ "error": "is a field" })),
        _ => Err(Error::unsupported_path()),
    }
}

/// Returns a secret whose lease ends as `how` says.
pub(super) fn leased(how: &str, request: &Request) -> Result<Option<Response>, Error> {
    match (request.operation, how) {
        (Operation::Revoke, "refused") => Err(Error::bad_request("the other system refuses")),
        (Operation::Revoke, "final") => Err(Error::unrecoverable()),
        (Operation::Revoke, "worded") => Ok(Some(Response::error("not in this state"))),
        (Operation::Revoke, _) => Ok(None),
        (Operation::Renew, "unrenewed") => Ok(None),
        (Operation::Renew, "refused") => Err(Error::user("renewals are refused")),
        _ => {
            let hour = Duration::from_secs(3600);
            let lease = Lease { renewable: how != "fixed", ..Lease::of(hour) };
            let internal_data = Data::new(&json!({ "how": how }))?;
            let secret = Secret { lease, internal_data, lease_id: String::new() };
            Response::secret(secret, &json!({ "how": how })).map(Some)
        }
    }
}

/// The fields of a login.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    alias: Option<String>,
    groups: Vec<String>,
    policies: Vec<String>,
    metadata: std::collections::BTreeMap<String, String>,
    ttl: u64,
    max_ttl: u64,
    period: u64,
    explicit_max_ttl: u64,
    num_uses: u64,
    renewable: bool,
    no_default_policy: bool,
    token_type: plugin_runtime::TokenType,
    refused: bool,
}

/// Returns the token that the caller asks for; a renewal returns it unchanged.
pub(super) fn logged_in(request: &Request) -> Result<Response, Error> {
    if let Some(auth) = request.auth.as_ref().filter(|_| request.operation == Operation::Renew) {
        return Ok(Response::auth(auth.clone()));
    }
    let wish = request.data.parse::<Option<Wish>>()?.unwrap_or_default();
    if wish.refused {
        return Err(Error::permission_denied());
    }
    let mut auth = Auth::of(Alias::named("unnamed"));
    auth.alias = wish.alias.map(Alias::named);
    auth.group_aliases = wish.groups.into_iter().map(Alias::named).collect();
    auth.policies = wish.policies;
    auth.metadata = wish.metadata;
    let seconds = Duration::from_secs;
    let lease = Lease::of(seconds(wish.ttl)).renewable_up_to(seconds(wish.max_ttl));
    auth.lease = Lease { renewable: wish.renewable, ..lease };
    auth.period = seconds(wish.period);
    auth.explicit_max_ttl = seconds(wish.explicit_max_ttl);
    auth.num_uses = wish.num_uses;
    auth.no_default_policy = wish.no_default_policy;
    auth.token_type = wish.token_type;
    Ok(Response::auth(auth))
}

/// Puts its argument into every part of an answer, and logs the answer's `Debug` form.
pub(super) fn leaky(request: &Request) -> Result<Response, Error> {
    let planted: Planted = request.data.parse()?;
    let internal_data = Data::new(&json!({ "secret": planted.secret }))?;
    let secret = Secret {
        lease: Lease::default(),
        internal_data: internal_data.clone(),
        lease_id: String::new(),
    };
    let mut auth = Auth::of(Alias::named("alice"));
    auth.internal_data = internal_data;
    auth.client_token.clone_from(&planted.secret);
    let response = Response::secret(secret.clone(), &json!({ "secret": planted.secret }))?;
    let entry = StorageEntry::new("key", planted.secret.into_bytes());
    tracing::info!(?request, ?response, ?secret, ?auth, ?entry, "everything in sight");
    Ok(response)
}

//! A complete secrets engine. A role says which user a token represents and how long it lives;
//! reading `creds/{role}` issues a token with a lease, which the server renews and revokes through
//! the engine.
//!
//! ```text
//! bao write ENGINE/role/dev user=svc ttl=1h
//! bao read ENGINE/creds/dev
//! ```

use plugin_runtime::fields::Seconds;
use plugin_runtime::framework::extract::{Fields, Internal, Path};
use plugin_runtime::framework::{Framework, Leased, LeasedSecret, SecretType, read};
use plugin_runtime::{Lease, Result, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn main() -> std::process::ExitCode {
    plugin_runtime::serve!(|_mount| engine())
}

pub(crate) fn engine() -> Framework<()> {
    Framework::secrets(())
        .path("role/{name}", read(read_role).write(write_role).delete(delete_role))
        .path("creds/{name}", read(issue))
        .secret(SecretType::<_, Token>::new(revoke).renew(renew))
        .periodic(sweep)
}

/// The fields that an operator writes to `role/{name}`. They are coerced, checked and documented.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Role {
    /// The user that the tokens represent.
    user: String,
    /// How long a token lives, for example `1h`.
    ttl: Seconds,
}

async fn read_role(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Role>>> {
    Ok(storage.get(&format!("role/{name}")).await?.map(Fields))
}

async fn write_role(Path(name): Path<String>, role: Fields<Role>, storage: Storage) -> Result<()> {
    Ok(storage.put(format!("role/{name}"), &role.0).await?)
}

async fn delete_role(Path(name): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&format!("role/{name}")).await?)
}

/// A token: the fields that the caller gets, and the data that come back when its lease is renewed
/// or revoked.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Token {
    token: String,
    role: String,
}

impl LeasedSecret for Token {
    const TYPE: &'static str = "token";
}

async fn issue(Path(name): Path<String>, storage: Storage) -> Result<Option<Leased<Token, Token>>> {
    let Some(role) = storage.get::<Role>(&format!("role/{name}")).await? else { return Ok(None) };
    let token = Token { token: uuid::Uuid::new_v4().to_string(), role: name };
    storage.put(format!("token/{}", token.token), &token).await?;
    Ok(Some(Leased::new(token.clone(), token).ttl(role.ttl.duration())))
}

/// Renews with the same terms. The server enforces the mount's limits.
async fn renew(lease: Lease) -> Lease {
    lease
}

/// Revokes a token. Succeeds if it no longer exists, so it can be repeated.
async fn revoke(Internal(token): Internal<Token>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&format!("token/{}", token.token)).await?)
}

/// Deletes the tokens of roles that no longer exist, once a minute.
async fn sweep(storage: Storage) -> Result<()> {
    let roles = storage.list("role/").await?;
    for id in storage.list("token/").await? {
        let token: Option<Token> = storage.get(&format!("token/{id}")).await?;
        if token.is_some_and(|token| !roles.contains(&token.role)) {
            storage.delete(&format!("token/{id}")).await?;
        }
    }
    Ok(())
}

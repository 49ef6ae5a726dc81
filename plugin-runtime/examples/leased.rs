//! A secrets engine that shows all features of leases: renewal, a revocation that may be repeated,
//! and a write-ahead log for unfinished work. The tokens belong to another system, the token
//! service. Here this is a table in the mount's own storage (`service/...`), so that you can see
//! the outcome for a token, and revoke one without the engine.
//!
//! ```text
//! bao write ENGINE/config url=https://tokens.example.com
//! bao write ENGINE/role/dev user=svc ttl=1h max_ttl=8h
//! bao read ENGINE/creds/dev
//! bao list ENGINE/service
//! ```

use std::process::ExitCode;
use std::time::Duration;

use plugin_runtime::fields::{Seconds, Sensitive, Time};
use plugin_runtime::framework::answer::Keys;
use plugin_runtime::framework::extract::{Fields, Internal, Patch, Path};
use plugin_runtime::framework::{
    Framework, Leased, LeasedSecret, Revoked, SecretType, TtlTerms, Wal, WalEntry, WalHandler,
    list, read,
};
use plugin_runtime::{Error, Lease, Request, Result, Storage, SystemView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long after its log entry an undelivered token is revoked: longer than any request takes.
const HALF_DONE: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| engine())
}

pub(crate) fn engine() -> Framework<()> {
    Framework::secrets(())
        .description("Tokens of the token service, with leases.")
        .path("config", read(read_config).write(write_config).delete(delete_config))
        .path("role/?", list(list_roles))
        .path(
            "role/{name}",
            read(read_role).write(write_role).patch(patch_role).delete(delete_role),
        )
        .path("creds/{name}", read(issue))
        .path("service/?", list(list_tokens))
        .path("service/{id}", read(read_token).delete(delete_token))
        .secret(SecretType::<_, Issued>::new(revoke).renew(renew))
        .wal(WalHandler::new(undo).min_age(HALF_DONE))
}

/// The settings of the token service.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct Config {
    /// The address of the token service.
    url: String,
    /// Simulates lost answers: the service does its work, but its answer never arrives.
    #[serde(default)]
    lose_answers: bool,
}

async fn read_config(storage: Storage) -> Result<Option<Fields<Config>>> {
    Ok(storage.get("config").await?.map(Fields))
}

async fn write_config(config: Fields<Config>, storage: Storage) -> Result<()> {
    Ok(storage.put("config", &config.0).await?)
}

async fn delete_config(storage: Storage) -> Result<()> {
    Ok(storage.delete("config").await?)
}

/// The settings of a role's tokens.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Role {
    /// The user that the tokens represent.
    user: String,
    /// How long a token lives unless it is renewed. The default is the mount's.
    #[serde(default)]
    ttl: Seconds,
    /// How long a token may live with all renewals. The default is the mount's.
    #[serde(default)]
    max_ttl: Seconds,
}

impl Role {
    async fn load(name: &str, storage: &Storage) -> Result<Self> {
        let role = storage.get(&format!("role/{name}")).await?;
        role.ok_or_else(|| Error::bad_request(format!("there is no role `{name}`")))
    }

    async fn store(&self, name: &str, storage: &Storage) -> Result<()> {
        if !self.max_ttl.is_zero() && self.ttl > self.max_ttl {
            return Err(Error::bad_request("ttl must not be longer than max_ttl"));
        }
        Ok(storage.put(format!("role/{name}"), self).await?)
    }

    fn lease(&self) -> Lease {
        Lease::of(self.ttl.duration()).renewable_up_to(self.max_ttl.duration())
    }
}

async fn list_roles(storage: Storage) -> Result<Keys> {
    Ok(Keys(storage.list("role/").await?))
}

async fn read_role(Path(name): Path<String>, storage: Storage) -> Result<Option<Fields<Role>>> {
    Ok(storage.get(&format!("role/{name}")).await?.map(Fields))
}

async fn write_role(Path(name): Path<String>, role: Fields<Role>, storage: Storage) -> Result<()> {
    role.store(&name, &storage).await
}

async fn patch_role(Path(name): Path<String>, patch: Patch<Role>, storage: Storage) -> Result<()> {
    let role = Role::load(&name, &storage).await?;
    patch.apply(&role)?.store(&name, &storage).await
}

async fn delete_role(Path(name): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&format!("role/{name}")).await?)
}

/// The fields that a caller gets.
#[derive(Serialize, JsonSchema)]
struct Credentials {
    /// The token's name in the token service.
    id: String,
    /// The token.
    token: Sensitive<String>,
}

/// The data that are stored with a lease: just enough to renew and to revoke the token.
#[derive(Serialize, Deserialize)]
struct Issued {
    id: String,
    role: String,
}

impl LeasedSecret for Issued {
    const TYPE: &'static str = "token";
}

async fn issue(
    Path(role): Path<String>,
    wal: Wal,
    request: Request,
) -> Result<Leased<Issued, Credentials>> {
    let service = TokenService::connect(&request.storage).await?;
    let Role { user, ttl, max_ttl } = Role::load(&role, &request.storage).await?;
    let lease = Lease::of(ttl.duration()).renewable_up_to(max_ttl.duration());
    let ends = ends(&lease, &request.system_view).await?;

    // From here on, a token may exist that no client has. Its log entry revokes it unless this
    // function reaches its end. If the process dies, the server repeats the request. It creates the
    // same token again, so nothing is left of the first attempt.
    let id = request.id;
    let entry = wal.put_as(&id, "token", &id).await?;
    let token = service.create(&id, user, ends).await?;
    wal.delete(&entry).await?;

    let lease = Leased::new(Issued { id: id.clone(), role }, Credentials { id, token });
    Ok(lease.ttl(ttl.duration()).max_ttl(max_ttl.duration()))
}

/// Renews by the current terms of the role, and tells the token service.
async fn renew(
    Internal(issued): Internal<Issued>,
    lease: Lease,
    server: SystemView,
    storage: Storage,
) -> Result<Lease> {
    let service = TokenService::connect(&storage).await?;
    let role = Role::load(&issued.role, &storage).await?;
    let terms = Lease { increment: lease.increment, issue_time: lease.issue_time, ..role.lease() };
    service.extend(&issued.id, ends(&terms, &server).await?).await?;
    Ok(terms)
}

async fn revoke(Internal(issued): Internal<Issued>, storage: Storage) -> Result<Revoked> {
    TokenService::connect(&storage).await?.revoke(&issued.id).await
}

/// Revokes a token whose creation was not completed. It succeeds if the token was never created.
async fn undo(entry: WalEntry<String>, storage: Storage) -> Result<()> {
    TokenService::connect(&storage).await?.revoke(&entry.data).await?;
    Ok(())
}

/// Returns when a lease ends, as the server will compute it.
async fn ends(lease: &Lease, server: &SystemView) -> Result<Time> {
    Ok((server.clock().now() + TtlTerms::of(lease).on(server).await?.ttl).into())
}

/// The other system.
struct TokenService {
    table: Storage,
    lose_answers: bool,
}

/// A token in the other system.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Token {
    /// The user that it represents.
    user: String,
    /// When it expires.
    ends: Time,
}

impl TokenService {
    async fn connect(storage: &Storage) -> Result<Self> {
        let config: Option<Config> = storage.get("config").await?;
        let config = config.ok_or_else(|| Error::bad_request("write config first"))?;
        Ok(Self { table: storage.clone(), lose_answers: config.lose_answers })
    }

    async fn create(&self, id: &str, user: String, ends: Time) -> Result<Sensitive<String>> {
        self.table.put(format!("service/{id}"), &Token { user, ends }).await?;
        if self.lose_answers {
            return Err(Error::new("the token service did not answer"));
        }
        Ok(Uuid::new_v4().to_string().into())
    }

    async fn extend(&self, id: &str, ends: Time) -> Result<()> {
        let key = format!("service/{id}");
        let token: Option<Token> = self.table.get(&key).await?;
        let token = token.ok_or_else(|| Error::bad_request("the token was revoked"))?;
        Ok(self.table.put(key, &Token { ends, ..token }).await?)
    }

    async fn revoke(&self, id: &str) -> Result<Revoked> {
        let key = format!("service/{id}");
        if self.table.entry(&key).await?.is_none() {
            return Ok(Revoked::AlreadyGone);
        }
        self.table.delete(&key).await?;
        Ok(Revoked::Done)
    }
}

async fn list_tokens(storage: Storage) -> Result<Keys> {
    Ok(Keys(storage.list("service/").await?))
}

async fn read_token(Path(id): Path<String>, storage: Storage) -> Result<Option<Fields<Token>>> {
    Ok(storage.get(&format!("service/{id}")).await?.map(Fields))
}

async fn delete_token(Path(id): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&format!("service/{id}")).await?)
}

//! The backends that are measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

use plugin_runtime::fields::Sensitive;
use plugin_runtime::fields::{CommaList, Seconds};
use plugin_runtime::framework::answer::Keys;
use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Dispatch, Framework, FrameworkError, blocking, list, login, read};
use plugin_runtime::{Alias, Auth, Data, Error, Lease, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an operator writes to `roles/{name}`: fields that are coerced and checked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Role {
    /// Who the credentials are for.
    pub user: String,
    /// How many may use it at once.
    pub seats: u32,
    /// How long credentials live.
    pub ttl: Seconds,
    /// What they are members of.
    #[serde(default)]
    pub groups: CommaList<String>,
}

/// A role as the command line sends it: every value is a text.
pub const ROLE_OF_TEXTS: &str = r#"{"user":"svc","seats":"3","ttl":"1h30m","groups":"a,b,c"}"#;

/// The same role in the types of JSON.
pub const ROLE_OF_TYPES: &str = r#"{"user":"svc","seats":3,"ttl":5400,"groups":["a","b","c"]}"#;

/// Returns an engine that stores roles, as most have.
///
/// # Errors
///
/// Never, as long as the declaration is right.
pub fn roles() -> Result<Dispatch<()>, FrameworkError> {
    let role = read(read_role).write(write_role);
    Framework::secrets(()).path("roles/{name}", role).path("roles/?", list(list_roles)).build()
}

/// Returns an engine of `count` paths, `path0/{name}` and so on, each of which can be read and does
/// nothing.
///
/// # Errors
///
/// Never, as long as the declaration is right.
pub fn paths(count: usize) -> Result<Dispatch<()>, FrameworkError> {
    let add = |framework: Framework<()>, number| {
        framework.path(format!("path{number}/{{name}}"), read(nothing))
    };
    (0..count).fold(Framework::secrets(()), add).build()
}

/// Returns an engine whose writes to `coerced/{name}` are coerced to a [`Role`] and thrown away,
/// and those to `plain` are not even looked at.
///
/// # Errors
///
/// Never, as long as the declaration is right.
pub fn coercion() -> Result<Dispatch<()>, FrameworkError> {
    use plugin_runtime::framework::write;
    Framework::secrets(()).path("coerced/{name}", write(coerce)).path("plain", write(plain)).build()
}

/// What logs in at [`logins`].
#[derive(Deserialize, JsonSchema)]
struct Login {
    /// The user's name.
    user: String,
    /// The user's password.
    password: Sensitive<String>,
}

/// A user of [`logins`], as stored.
#[derive(Serialize, Deserialize)]
struct User {
    password: String,
    version: String,
}

/// Returns the auth mock without its password hashes: it keeps passwords as they are, and compares
/// them. Everything else that a login costs is left.
///
/// # Errors
///
/// Never, as long as the declaration is right.
pub fn logins() -> Result<Dispatch<()>, FrameworkError> {
    Framework::auth(()).path("login", login(log_in)).build()
}

/// What a token of [`logins`] is renewed by.
#[derive(Serialize)]
struct Issued {
    user: String,
    version: String,
}

async fn log_in(Fields(login): Fields<Login>, storage: Storage) -> Result<Auth, Error> {
    let user: Option<User> = storage.get(&format!("user/{}", login.user)).await?;
    let user = user.filter(|user| user.password == *login.password.expose());
    let User { version, .. } = user.ok_or_else(Error::permission_denied)?;
    Ok(Auth {
        lease: Lease::of(Duration::from_secs(30)).renewable_up_to(Duration::from_secs(60 * 60)),
        policies: vec!["my-policy".to_owned(), "other-policy".to_owned()],
        metadata: [("user".to_owned(), login.user.clone())].into(),
        internal_data: Data::new(&Issued { user: login.user.clone(), version })?,
        ..Auth::of(Alias::named(login.user))
    })
}

/// How long a computing handler of [`computing`] computes.
pub const COMPUTATION: Duration = Duration::from_millis(20);

/// Returns an engine of notes, and of two handlers that compute for [`COMPUTATION`]: `inline` holds
/// the thread that serves requests, and `beside` has one of its own.
#[must_use]
pub fn computing() -> Framework<()> {
    Framework::secrets(())
        .path("note/{name}", read(read_role).write(write_role))
        .path("inline", read(compute_inline))
        .path("beside", read(blocking(compute)))
}

async fn compute_inline() {
    compute();
}

fn compute() {
    let start = Instant::now();
    while start.elapsed() < COMPUTATION {
        black_box(start);
    }
}

async fn read_role(
    Path(name): Path<String>,
    storage: Storage,
) -> Result<Option<Fields<Role>>, Error> {
    Ok(storage.get(&format!("roles/{name}")).await?.map(Fields))
}

async fn write_role(
    Path(name): Path<String>,
    Fields(role): Fields<Role>,
    storage: Storage,
) -> Result<(), Error> {
    Ok(storage.put(format!("roles/{name}"), &role).await?)
}

async fn list_roles(storage: Storage) -> Result<Keys, Error> {
    Ok(Keys(storage.list("roles/").await?))
}

async fn nothing(Path(name): Path<String>) {
    black_box(name);
}

async fn coerce(Fields(role): Fields<Role>) {
    black_box(role);
}

async fn plain() {}

//! Users, as they are stored and as operators manage them.

use plugin_runtime::fields::Name;
use plugin_runtime::framework::answer::Keys;
use plugin_runtime::framework::extract::{Fields, Path, State};
use plugin_runtime::{Error, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::password::{MAX_PASSWORD, Password, PasswordHash, random};
use crate::turns::Turns;

/// Where the users are in storage.
const FOLDER: &str = "user/";

/// The longest name of a user. It becomes a storage key, an alias and part of the token, and a
/// login may bring any text.
pub(crate) const MAX_NAME: u32 = 128;

/// What is stored of a user.
#[derive(Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) hash: PasswordHash,
    /// A random text that each change of the password replaces.
    pub(crate) version: String,
}

impl User {
    /// Returns the user of this name. A login may bring any text: what is not a valid name never
    /// becomes a storage key.
    pub(crate) async fn find(storage: &Storage, name: &str) -> Result<Option<Self>, Error> {
        match Name::new(name) {
            Ok(name) => Ok(storage.get(&key(&name)).await?),
            Err(_) => Ok(None),
        }
    }
}

/// The fields of a write.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct NewPassword {
    /// The user's name.
    #[schemars(length(max = MAX_NAME))]
    name: String,
    /// The password.
    #[schemars(length(max = MAX_PASSWORD))]
    password: Option<Password>,
}

/// The answer to a read.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Shown {
    /// The user's name.
    name: String,
}

pub(crate) async fn exists(Path(name): Path<String>, storage: Storage) -> Result<bool, Error> {
    Ok(storage.entry(&key(&name)).await?.is_some())
}

pub(crate) async fn write(
    Fields(NewPassword { name, password }): Fields<NewPassword>,
    State(turns): State<Turns>,
    storage: Storage,
) -> Result<(), Error> {
    let password = given(password)?;
    // The same password again changes nothing, so that tokens stay renewable.
    if let Some(user) = User::find(&storage, &name).await?
        && user.hash.is_of(password.clone(), &turns).await?
    {
        return Ok(());
    }
    let hash = PasswordHash::of(password, &turns).await?;
    let user = User { hash, version: random()?.to_string() };
    Ok(storage.put(key(&name), &user).await?)
}

pub(crate) async fn read(
    Path(name): Path<String>,
    storage: Storage,
) -> Result<Option<Fields<Shown>>, Error> {
    let user = User::find(&storage, &name).await?;
    Ok(user.map(|_| Fields(Shown { name })))
}

pub(crate) async fn delete(Path(name): Path<String>, storage: Storage) -> Result<(), Error> {
    Ok(storage.delete(&key(&name)).await?)
}

pub(crate) async fn list(storage: Storage) -> Result<Keys, Error> {
    Ok(Keys(storage.list(FOLDER).await?))
}

/// Refuses any operation on the user without a name.
pub(crate) async fn unnamed() -> Result<(), Error> {
    Err(Error::bad_request("user name must be provided"))
}

/// Returns the password, which must not be missing.
pub(crate) fn given(password: Option<Password>) -> Result<Password, Error> {
    password
        .filter(|password| !password.expose().is_empty())
        .ok_or_else(|| Error::bad_request("password must be provided"))
}

fn key(name: &str) -> String {
    format!("{FOLDER}{name}")
}

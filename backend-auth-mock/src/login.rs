//! Logins.

use plugin_runtime::framework::extract::{Fields, State};
use plugin_runtime::{Alias, Auth, Data, Error, Storage};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::password::{MAX_PASSWORD, Password, PasswordHash};
use crate::renewal::{Issued, terms};
use crate::turns::Turns;
use crate::user::{MAX_NAME, User, given};

/// The fields of a login.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Login {
    /// The user's name.
    #[schemars(length(max = MAX_NAME))]
    user: Option<String>,
    /// The user's password.
    #[schemars(length(max = MAX_PASSWORD))]
    password: Option<Password>,
}

pub(crate) async fn login(
    Fields(login): Fields<Login>,
    State(turns): State<Turns>,
    storage: Storage,
) -> Result<Auth, Error> {
    let name = named(login.user)?;
    let password = given(login.password)?;
    let _room = turns.login()?;
    let user = User::find(&storage, &name).await?;
    // A name that is not there costs a hash too: the time does not tell which names are.
    let hash = user.as_ref().map_or_else(PasswordHash::of_nobody, |user| user.hash.clone());
    let is_right = hash.is_of(password, &turns).await?;
    match user {
        Some(user) if is_right => token(name, user.version),
        _ => Err(Error::permission_denied()),
    }
}

/// Says which user a login claims to be. Servers ask it, and never lock a user of an external plugin
/// out.
pub(crate) async fn alias(Fields(login): Fields<Login>) -> Result<Auth, Error> {
    Ok(Auth::of(Alias::named(named(login.user)?)))
}

fn token(name: String, version: String) -> Result<Auth, Error> {
    Ok(Auth {
        lease: terms(),
        policies: vec!["my-policy".to_owned(), "other-policy".to_owned()],
        metadata: [("user".to_owned(), name.clone())].into(),
        internal_data: Data::new(&Issued { user: name.clone(), version })?,
        ..Auth::of(Alias::named(name))
    })
}

fn named(user: Option<String>) -> Result<String, Error> {
    user.filter(|name| !name.is_empty()).ok_or_else(|| Error::bad_request("user must be provided"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::turns::every_turn;

    /// Timing is not reliable in a test. That both wait for a hash, and that all hashes cost the
    /// same, shows it too.
    #[tokio::test]
    async fn a_login_hashes_whether_or_not_there_is_such_a_user() {
        let storage = Storage::in_memory();
        let password = || Password::from("correct".to_owned());
        let hash = PasswordHash::of(password(), &Turns::default()).await.unwrap();
        let bob = User { hash, version: "1".to_owned() };
        storage.put("user/bob", &bob).await.unwrap();
        let turns = every_turn().await;
        let logins: Vec<_> = ["alice", "no/name", "bob"]
            .map(|name| Login { user: Some(name.to_owned()), password: Some(password()) })
            .map(|fields| {
                let turns = State(Arc::<Turns>::default());
                tokio::spawn(login(Fields(fields), turns, storage.clone()))
            })
            .into();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(logins.iter().all(|login| !login.is_finished()));
        drop(turns);
        let mut granted = Vec::new();
        for login in logins {
            granted.push(login.await.unwrap().is_ok());
        }
        assert_eq!(granted, [false, false, true]);
    }
}

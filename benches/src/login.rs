//! A login that costs what is not its password's hash.

use plugin_runtime::framework::{Dispatch, FrameworkError};
use plugin_runtime::{Error, StorageEntry};

use crate::mount::Mount;

/// What logs in at [`mount`].
pub const LOGIN: &str = r#"{"user":"bob","password":"correct"}"#;

/// A user whose password `correct` was hashed at the least cost that Argon2 knows: 8 KiB, once.
/// What is left of the hash takes some microseconds, in place of milliseconds.
const USER: &str = concat!(
    r#"{"hash":"$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA"#,
    r#"$DWe1P3d3zJVg07/4Vg+yj03fTiof/JL22ymtQl6R58o","version":"1"}"#,
);

/// The auth mock, with a user.
///
/// # Errors
///
/// When storage in memory fails.
pub async fn mount() -> Result<Mount<Dispatch<()>>, Error> {
    let faulty = |error: FrameworkError| Error::internal("a faulty declaration").with_source(error);
    let mount = Mount::new(backend_auth_mock::auth_mock().build().map_err(faulty)?);
    mount.storage().put_entry(StorageEntry::new("user/bob", USER)).await?;
    Ok(mount)
}

#[cfg(test)]
mod tests {
    use plugin_runtime::{Data, Operation};

    use super::*;

    #[tokio::test]
    async fn the_user_logs_in_and_nobody_else() {
        let mount = mount().await.unwrap();
        let login = Data::from_text(LOGIN).unwrap();
        let answer = mount.handle(Operation::Update, "login", &login).await.unwrap().unwrap();
        assert_eq!(answer.login().unwrap().policies, ["my-policy", "other-policy"]);
        let wrong = Data::from_text(LOGIN.replace("correct", "wrong")).unwrap();
        assert!(mount.handle(Operation::Update, "login", &wrong).await.is_err());
    }
}

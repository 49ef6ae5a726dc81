//! A login that costs what is not its password's hash.

use plugin_runtime::framework::{Dispatch, FrameworkError};
use plugin_runtime::{Error, StorageEntry};

use crate::engines;
use crate::mount::Mount;

/// What logs in at [`mount`].
pub const LOGIN: &str = r#"{"user":"bob","password":"correct"}"#;

/// The user who does.
const USER: &str = r#"{"password":"correct","version":"1"}"#;

/// Returns an auth method with a user, without a hash of the password.
///
/// # Errors
///
/// Fails if storage in memory fails.
pub async fn mount() -> Result<Mount<Dispatch<()>>, Error> {
    let faulty = |error: FrameworkError| Error::internal("a faulty declaration").with_source(error);
    let mount = Mount::new(engines::logins().map_err(faulty)?);
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
        for wrong in [("correct", "wrong"), ("bob", "alice")] {
            let wrong = Data::from_text(LOGIN.replace(wrong.0, wrong.1)).unwrap();
            assert!(mount.handle(Operation::Update, "login", &wrong).await.is_err());
        }
    }
}

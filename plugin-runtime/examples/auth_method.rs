//! An auth method with one shared password, `super-secret-password`.
//!
//! ```console
//! $ bao write auth/PATH/login password=super-secret-password
//! ```

use std::process::ExitCode;
use std::time::Duration;

use plugin_runtime::fields::Sensitive;
use plugin_runtime::framework::extract::{Fields, Internal};
use plugin_runtime::framework::{Framework, login};
use plugin_runtime::{Alias, Auth, Data, Error, Lease};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The data that the server stores with each token, and sends back when the token is renewed.
#[derive(PartialEq, Serialize, Deserialize)]
struct Issued {
    edition: u32,
}

/// Increase this whenever the password changes, so that older tokens can no longer be renewed. Do
/// not put the password itself into a token's internal data.
const ISSUED: Issued = Issued { edition: 1 };

#[derive(Deserialize, JsonSchema)]
struct Login {
    /// The password that all users share.
    password: Sensitive<String>,
}

async fn log_in(Fields(Login { password }): Fields<Login>) -> Result<Auth, Error> {
    if !password.matches("super-secret-password") {
        return Err(Error::permission_denied());
    }
    Ok(Auth {
        lease: terms(),
        policies: vec!["my-policy".to_owned(), "other-policy".to_owned()],
        metadata: [("fruit".to_owned(), "banana".to_owned())].into(),
        internal_data: Data::new(&ISSUED)?,
        ..Auth::of(Alias::named("everybody"))
    })
}

async fn renew(auth: Auth, Internal(issued): Internal<Issued>) -> Result<Auth, Error> {
    if issued != ISSUED {
        return Err(Error::bad_request("internal data does not match"));
    }
    Ok(Auth { lease: terms(), ..auth })
}

fn terms() -> Lease {
    Lease::of(Duration::from_secs(30)).renewable_up_to(Duration::from_secs(60 * 60))
}

/// The auth method.
pub(crate) fn auth_method() -> Framework<()> {
    Framework::auth(()).path("login", login(log_in)).renew_login(renew)
}

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| auth_method())
}

//! Renewals of the tokens that logins gave.

use std::time::Duration;

use plugin_runtime::framework::extract::Internal;
use plugin_runtime::{Auth, Error, Lease, Storage};
use serde::{Deserialize, Serialize};

use crate::user::User;

/// What the server keeps with a token for its renewal: nothing that would help to log in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Issued {
    pub(crate) user: String,
    /// The user's version when the token was issued.
    pub(crate) version: String,
}

/// Returns the terms of a token, as it is issued and as it is renewed.
pub(crate) fn terms() -> Lease {
    Lease::of(Duration::from_secs(30)).renewable_up_to(Duration::from_secs(60 * 60))
}

pub(crate) async fn renew(
    auth: Auth,
    Internal(issued): Internal<Issued>,
    storage: Storage,
) -> Result<Auth, Error> {
    let user = User::find(&storage, &issued.user).await?;
    let user = user.ok_or_else(|| Error::bad_request("user on the token could not be found"))?;
    if user.version != issued.version {
        return Err(Error::bad_request("internal data does not match"));
    }
    let Lease { ttl, max_ttl, .. } = terms();
    Ok(Auth { lease: Lease { ttl, max_ttl, ..auth.lease.clone() }, ..auth })
}

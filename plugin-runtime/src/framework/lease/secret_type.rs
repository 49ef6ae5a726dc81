//! The kinds of leased secret that a backend has.

use std::any::{TypeId, type_name};
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Deserialize;

use super::{LeasedSecret, SECRET_TYPE};
use crate::framework::answer::IntoError;
use crate::framework::dispatch::Dispatch;
use crate::framework::handler::{Erased, Handler};
use crate::{Error, Lease, Request, Response, Secret};

/// A kind of leased secret, with the handler that revokes it and, if it is renewable, the one that
/// renews it.
///
/// The handlers take the internal data as [`Internal<T>`](crate::framework::extract::Internal).
pub struct SecretType<S, T> {
    erased: ErasedSecretType<S>,
    kind: PhantomData<fn() -> T>,
}

/// A [`SecretType`] of any kind.
pub(in crate::framework) struct ErasedSecretType<S> {
    pub(in crate::framework) name: &'static str,
    /// The type of the internal data.
    pub(in crate::framework) id: TypeId,
    pub(in crate::framework) type_name: &'static str,
    ttl: Duration,
    pub(in crate::framework) revoke: Erased<S, Result<Revoked, Error>>,
    pub(in crate::framework) renew: Option<Erased<S, Result<Lease, Error>>>,
    /// Whether more than one renewal handler was declared.
    pub(in crate::framework) renewed_twice: bool,
}

/// The outcome of a revocation. Both are success to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The secret is revoked now.
    Done,
    /// The secret did not exist any more: an administrator removed it in the other system, or an
    /// earlier attempt revoked it but its answer was lost.
    AlreadyGone,
}

/// What a revocation's handler may return: [`Revoked`], `()`, or a `Result` of either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how a revocation went",
    label = "not a revocation's answer",
    note = "a revocation returns `()`, `Revoked`, or a `plugin_runtime::Result` of either"
)]
pub trait IntoRevoked {
    /// Returns the outcome.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error. The server tries again, up to six times in all; after
    /// [`Error::unrecoverable`] it does not.
    fn into_revoked(self) -> Result<Revoked, Error>;
}

impl IntoRevoked for Revoked {
    fn into_revoked(self) -> Result<Revoked, Error> {
        Ok(self)
    }
}

impl IntoRevoked for () {
    fn into_revoked(self) -> Result<Revoked, Error> {
        Ok(Revoked::Done)
    }
}

impl<T: IntoRevoked, E: IntoError> IntoRevoked for Result<T, E> {
    fn into_revoked(self) -> Result<Revoked, Error> {
        self.map_err(IntoError::into_error).and_then(IntoRevoked::into_revoked)
    }
}

/// What a renewal's handler may return: the new [`Lease`], or a `Result` of it. The server caps it
/// at the mount's limits, counted from the lease's issue.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a renewed lease",
    label = "not a `Lease`",
    note = "a renewal returns the new terms: a `Lease` or a `plugin_runtime::Result<Lease>`"
)]
pub trait IntoRenewed {
    /// Returns the new terms.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error.
    fn into_renewed(self) -> Result<Lease, Error>;
}

impl IntoRenewed for Lease {
    fn into_renewed(self) -> Result<Lease, Error> {
        Ok(self)
    }
}

impl<E: IntoError> IntoRenewed for Result<Lease, E> {
    fn into_renewed(self) -> Result<Lease, Error> {
        self.map_err(IntoError::into_error)
    }
}

impl<S: 'static, T: LeasedSecret> SecretType<S, T> {
    /// Declares a kind of secret that `revoke` revokes. A secret may be revoked twice, and the
    /// second revocation must succeed too.
    pub fn new<H, A>(revoke: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoRevoked + 'static,
        A: 'static,
    {
        Self {
            erased: ErasedSecretType {
                name: T::TYPE,
                id: TypeId::of::<T>(),
                type_name: type_name::<T>(),
                ttl: Duration::ZERO,
                revoke: Erased::new(revoke, IntoRevoked::into_revoked),
                renew: None,
                renewed_twice: false,
            },
            kind: PhantomData,
        }
    }

    /// Makes it renewable. The request's secret has the current terms, with the caller's request as
    /// increment.
    #[must_use]
    pub fn renew<H, A>(mut self, renew: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoRenewed + 'static,
        A: 'static,
    {
        self.erased.renewed_twice = self.erased.renew.is_some();
        self.erased.renew = Some(Erased::new(renew, IntoRenewed::into_renewed));
        self
    }

    /// Sets how long a secret lives unless its answer says so. The default is the mount's.
    #[must_use]
    pub fn default_ttl(mut self, ttl: Duration) -> Self {
        self.erased.ttl = ttl;
        self
    }

    pub(in crate::framework) fn erased(self) -> ErasedSecretType<S> {
        self.erased
    }
}

impl<S, T> fmt::Debug for SecretType<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretType").field("name", &self.erased.name).finish_non_exhaustive()
    }
}

impl<S: Send + Sync + 'static> ErasedSecretType<S> {
    pub(in crate::framework) async fn renew(
        &self,
        backend: &Dispatch<S>,
        request: &Request,
    ) -> Result<Option<Response>, Error> {
        let (Some(renew), Some(secret)) = (&self.renew, &request.secret) else {
            return Err(Error::unsupported_operation());
        };
        let mut lease = backend.run(renew, request).await?;
        lease.renewable = true;
        // Returned in the response, since the server would drop it otherwise.
        let internal_data = secret.internal_data.clone();
        let secret = Secret { lease, internal_data, lease_id: secret.lease_id.clone() };
        Ok(Some(Response::renewed(secret)))
    }

    pub(in crate::framework) async fn revoke(
        &self,
        backend: &Dispatch<S>,
        request: &Request,
    ) -> Result<Option<Response>, Error> {
        match backend.run(&self.revoke, request).await? {
            Revoked::Done => {}
            Revoked::AlreadyGone => {
                tracing::debug!(secret_type = self.name, "the secret was gone already");
            }
        }
        Ok(None)
    }
}

/// Returns the declared kind of a secret.
pub(in crate::framework) fn type_of<'a, S>(
    types: &'a [ErasedSecretType<S>],
    secret: &Secret,
) -> Result<&'a ErasedSecretType<S>, Error> {
    #[derive(Deserialize)]
    struct Named {
        secret_type: String,
    }
    let name = secret.internal_data.parse::<Named>().map(|named| named.secret_type);
    let named = name.ok().and_then(|name| types.iter().find(|known| known.name == name));
    named.ok_or_else(|| Error::new("secret is unsupported by this backend"))
}

/// Completes an answer that issues a lease with the defaults of its kind.
pub(in crate::framework) fn settle<S>(
    types: &[ErasedSecretType<S>],
    mut response: Response,
) -> Result<Response, Error> {
    let Some(secret) = response.leased_secret_mut() else { return Ok(response) };
    let kind = type_of(types, secret).map_err(|_| {
        Error::internal(format!(
            "the answer's lease has no `{SECRET_TYPE}` that was declared with Framework::secret()"
        ))
    })?;
    secret.lease.renewable = kind.renew.is_some();
    if secret.lease.ttl.is_zero() {
        secret.lease.ttl = kind.ttl;
    }
    Ok(response)
}

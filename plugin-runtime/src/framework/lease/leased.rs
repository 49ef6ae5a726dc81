//! The answer that issues a lease.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::SECRET_TYPE;
use crate::framework::OperationDescription;
use crate::framework::answer::IntoAnswer;
use crate::json;
use crate::{Data, Error, Lease, Response, Secret};

/// A kind of leased secret: the data that the plugin needs to renew and to revoke one. The server
/// stores them with the lease and never shows them to a client.
///
/// It serializes to a JSON object; its field `secret_type` is reserved for the framework.
pub trait LeasedSecret: Serialize + DeserializeOwned + Send + 'static {
    /// The kind's name. It is unique in the backend and never changes, since stored leases contain
    /// it.
    const TYPE: &'static str;
}

/// An answer with a lease: the fields that the caller sees, and the data that the plugin needs to
/// revoke it. The declared [`SecretType`](super::SecretType) says whether it can be renewed, and
/// how long it lives unless the answer says so.
///
/// [`Framework::build`](crate::framework::Framework::build) refuses an answer whose `T` is not
/// declared with [`Framework::secret`](crate::framework::Framework::secret), since the secret would
/// already exist when the answer fails. It also refuses a lease from an unauthenticated path, which
/// servers refuse.
pub struct Leased<T, F> {
    internal: T,
    fields: F,
    lease: Lease,
}

impl<T: LeasedSecret, F> Leased<T, F> {
    /// Creates a lease of the kind `T` for the secret in these fields.
    pub fn new(internal: T, fields: F) -> Self {
        Self { internal, fields, lease: Lease::default() }
    }

    /// Sets how long it lives. The default is the secret type's, and else the mount's.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.lease.ttl = ttl;
        self
    }

    /// Sets how long it may live including all renewals.
    #[must_use]
    pub fn max_ttl(mut self, max_ttl: Duration) -> Self {
        self.lease.max_ttl = max_ttl;
        self
    }
}

impl<T, F> fmt::Debug for Leased<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leased").field("lease", &self.lease).finish_non_exhaustive()
    }
}

impl<T: LeasedSecret, F: Serialize + JsonSchema> IntoAnswer for Leased<T, F> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        let internal_data = internal_data(&self.internal)?;
        let secret = Secret { lease: self.lease, internal_data, lease_id: String::new() };
        Response::secret(secret, &self.fields).map(Some)
    }

    fn describe(description: &mut OperationDescription) {
        description.gives::<F>();
        description.gives_lease::<T>();
    }
}

fn internal_data<T: LeasedSecret>(internal: &T) -> Result<Data, Error> {
    let unfit = || {
        Error::internal("a lease's internal data must be a JSON object, with finite numbers only")
    };
    let Ok(Value::Object(mut object)) = json::to_value(internal) else {
        return Err(unfit());
    };
    object.insert(SECRET_TYPE.to_owned(), T::TYPE.into());
    Data::new(&object).map_err(|_| unfit())
}

//! Where the mount is.

use super::FromContext;
use crate::Error;
use crate::framework::Context;

/// Where the mount is, with namespace and trailing slash: `mock/`; those of auth methods begin with
/// `auth/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MountPoint(pub String);

impl<S> FromContext<S> for MountPoint {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(Self(context.request().mount_point.clone()))
    }
}

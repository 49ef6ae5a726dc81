//! The path of the mount.

use super::FromContext;
use crate::Error;
use crate::framework::description::Argument;
use crate::framework::{Context, OperationDescription};

/// The path of the mount, with namespace and trailing slash: `mock/`; those of auth methods begin
/// with `auth/`. Servers do not name it when they initialize a mount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MountPoint(pub String);

impl<S> FromContext<S> for MountPoint {
    fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
        Ok(Self(context.request().mount_point.clone()))
    }

    fn describe(description: &mut OperationDescription) {
        description.needs(Argument::MountPoint);
    }
}

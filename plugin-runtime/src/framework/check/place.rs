//! Where a handler is declared.

use std::fmt;

use crate::framework::pattern::Pattern;
use crate::framework::type_text::short;
use crate::{BackendType, Operation};

/// What a handler serves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Serves<'a> {
    /// An operation of a path.
    Operation { pattern: &'a Pattern, operation: Operation, unauthenticated: bool },
    /// The existence check of a path.
    Existence { pattern: &'a Pattern },
    /// The renewal of the leases of a secret type.
    Renewal { kind: &'static str },
    /// The revocation of the leases of a secret type.
    Revocation { kind: &'static str },
    /// The renewal of a login's token.
    LoginRenewal,
    /// The start of a mount.
    Initialization,
    /// The periodic work, once a minute.
    Tick,
    /// The entries of the write-ahead log.
    Rollback,
}

/// A handler's place in a declaration. Its text begins a sentence about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) backend: BackendType,
    pub(super) serves: Serves<'a>,
    /// The handler's name as the compiler spells it.
    pub(super) handler: &'static str,
}

impl Place<'_> {
    /// Returns whether the handler serves the leases of a secret type.
    pub(super) fn is_of_leases(&self) -> bool {
        matches!(self.serves, Serves::Renewal { .. } | Serves::Revocation { .. })
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.serves {
            Serves::Operation { pattern, operation, .. } => {
                write!(f, "path `{pattern}`, the {operation} handler")?;
            }
            Serves::Existence { pattern } => write!(f, "path `{pattern}`, the exists handler")?,
            Serves::Renewal { kind } => write!(f, "secret type `{kind}`, the renew handler")?,
            Serves::Revocation { kind } => write!(f, "secret type `{kind}`, the revoke handler")?,
            Serves::LoginRenewal => f.write_str("the renew_login handler")?,
            Serves::Initialization => f.write_str("the initialize handler")?,
            Serves::Tick => f.write_str("the periodic handler")?,
            Serves::Rollback => f.write_str("the wal handler")?,
        }
        write!(f, " `{}`", short(self.handler))
    }
}

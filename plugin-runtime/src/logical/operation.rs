//! The operations of requests.

use std::fmt;

/// The operation of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// A write to a path for which the existence check found nothing.
    Create,
    /// A write.
    Update,
    /// A merge of some fields into an existing object (JSON merge patch).
    Patch,
    /// A read.
    Read,
    /// A deletion.
    Delete,
    /// The names directly below a path.
    List,
    /// The names below a path at any depth; OpenBao only.
    Scan,
    /// Documentation of a path, or of the whole backend.
    Help,
    /// HTTP's HEAD.
    Header,
    /// Returns the alias that a login would have. Servers ask to see whether a user is locked out,
    /// which failed logins of an external plugin never cause; see [`limits`](crate::limits).
    AliasLookahead,
    /// Returns the role that a login would use; for quotas by role.
    ResolveRole,
    /// Returns the canonical form of a path, before the policy check; OpenBao from 2.7 on.
    ResolvePath,
    /// Extends a lease. Only sent by the server.
    Renew,
    /// Ends a lease. Only sent by the server.
    Revoke,
    /// The tick of every minute: periodic work, and the rollback of unfinished work. Only sent by
    /// the server.
    Rollback,
    /// An operation that this crate does not know. Answer with
    /// [`Error::unsupported_operation`](crate::Error::unsupported_operation).
    Unknown,
}

impl Operation {
    const NAMES: [(Self, &'static str); 15] = [
        (Self::Create, "create"),
        (Self::Update, "update"),
        (Self::Patch, "patch"),
        (Self::Read, "read"),
        (Self::Delete, "delete"),
        (Self::List, "list"),
        (Self::Scan, "scan"),
        (Self::Help, "help"),
        (Self::Header, "header"),
        (Self::AliasLookahead, "alias-lookahead"),
        (Self::ResolveRole, "resolve-role"),
        (Self::ResolvePath, "resolve-path"),
        (Self::Renew, "renew"),
        (Self::Revoke, "revoke"),
        (Self::Rollback, "rollback"),
    ];

    /// Returns the operation with this name on the wire.
    pub fn from_name(name: &str) -> Self {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or(Self::Unknown, |(operation, _)| *operation)
    }

    /// Returns the name on the wire.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(operation, _)| *operation == self)
            .map_or("unknown", |(_, name)| name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_strangers_are_unknown() {
        for (operation, name) in Operation::NAMES {
            assert_eq!(Operation::from_name(name), operation);
            assert_eq!(operation.name(), name);
        }
        for name in ["", "READ", "recover", "alias_lookahead"] {
            assert_eq!(Operation::from_name(name), Operation::Unknown, "{name}");
        }
    }
}

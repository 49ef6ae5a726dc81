//! Paths that a server treats specially.

use std::fmt;

/// The paths of a backend that the server treats specially. All are relative to the mount and have
/// no leading slash.
///
/// The server would refuse a mount with an illegal path, or worse, ignore the path.
/// [`SpecialPaths::check`] finds it first, and the runtime calls that when it sets a mount up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpecialPaths {
    /// Paths that need the `sudo` capability. Exact, or a prefix if it ends in `*`.
    pub root: Vec<String>,
    /// Paths that need no token: the login paths of an auth method. Exact, or a prefix if it ends
    /// in `*`; a segment `+` stands for any one segment.
    pub unauthenticated: Vec<String>,
    /// Storage prefixes that are not replicated; Vault only.
    pub local_storage: Vec<String>,
    /// Storage keys, or prefixes if they end in `/` or `*`, that are sealed a second time if the
    /// server's seal supports it.
    pub seal_wrap_storage: Vec<String>,
    /// Storage prefixes whose writes are forwarded to the primary cluster; Vault Enterprise only.
    pub write_forwarded_storage: Vec<String>,
    /// Paths that take their request body as it is instead of as JSON; Vault only.
    pub binary: Vec<String>,
    /// Paths with a limit on concurrent requests; Vault only.
    pub limited: Vec<String>,
    /// Paths that can be read from a loaded snapshot; Vault only.
    pub allow_snapshot_read: Vec<String>,
}

/// A special path that servers refuse or misunderstand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {list} path `{path}` is illegal: {reason}")]
pub struct SpecialPathError {
    list: &'static str,
    path: String,
    reason: SpecialPathReason,
}

/// The reason why a special path is illegal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecialPathReason {
    /// It starts with a slash, which request paths never do.
    LeadingSlash,
    /// It has a `*` that is not the last character.
    StarInside,
    /// It has a `+` next to anything but a slash.
    PlusInSegment,
}

impl fmt::Display for SpecialPathReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeadingSlash => "paths are relative to the mount and start without a slash",
            Self::StarInside => "`*` is allowed once, as the last character",
            Self::PlusInSegment => "`+` stands for a whole segment between slashes",
        })
    }
}

impl SpecialPathError {
    /// Returns the reason.
    pub fn reason(&self) -> SpecialPathReason {
        self.reason
    }
}

impl SpecialPaths {
    /// Checks every path against the rules of the servers.
    ///
    /// # Errors
    ///
    /// The first illegal path.
    pub fn check(&self) -> Result<(), SpecialPathError> {
        let lists = [
            ("root", &self.root),
            ("unauthenticated", &self.unauthenticated),
            ("local storage", &self.local_storage),
            ("seal wrap storage", &self.seal_wrap_storage),
            ("write forwarded storage", &self.write_forwarded_storage),
            ("binary", &self.binary),
            ("limited", &self.limited),
            ("snapshot read", &self.allow_snapshot_read),
        ];
        for (list, paths) in lists {
            for path in paths {
                if let Some(reason) = fault(path, list == "unauthenticated") {
                    return Err(SpecialPathError { list, path: path.clone(), reason });
                }
            }
        }
        Ok(())
    }

    /// Adds the paths of `others`.
    pub(crate) fn extend(&mut self, others: Self) {
        let Self {
            root,
            unauthenticated,
            local_storage,
            seal_wrap_storage,
            write_forwarded_storage,
            binary,
            limited,
            allow_snapshot_read,
        } = others;
        self.root.extend(root);
        self.unauthenticated.extend(unauthenticated);
        self.local_storage.extend(local_storage);
        self.seal_wrap_storage.extend(seal_wrap_storage);
        self.write_forwarded_storage.extend(write_forwarded_storage);
        self.binary.extend(binary);
        self.limited.extend(limited);
        self.allow_snapshot_read.extend(allow_snapshot_read);
    }
}

fn fault(path: &str, wildcards: bool) -> Option<SpecialPathReason> {
    if path.starts_with('/') {
        return Some(SpecialPathReason::LeadingSlash);
    }
    let body = path.strip_suffix('*').unwrap_or(path);
    if body.contains('*') {
        return Some(SpecialPathReason::StarInside);
    }
    let in_segment = |segment: &str| segment.contains('+') && segment != "+";
    if wildcards && (path.ends_with("+*") || body.split('/').any(in_segment)) {
        return Some(SpecialPathReason::PlusInSegment);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_refuse_is_refused_here_first() {
        use SpecialPathReason::{LeadingSlash, PlusInSegment, StarInside};
        for (path, expected) in [
            ("login", None),
            ("login/*", None),
            ("*", None),
            ("", None),
            ("a/+/b", None),
            ("+", None),
            ("+/*", None),
            ("/login", Some(LeadingSlash)),
            ("a*b", Some(StarInside)),
            ("a/**", Some(StarInside)),
            ("a/+*", Some(PlusInSegment)),
            ("a/x+/b", Some(PlusInSegment)),
            ("a/++", Some(PlusInSegment)),
        ] {
            let paths = SpecialPaths {
                unauthenticated: vec!["ok".to_owned(), path.to_owned()],
                ..SpecialPaths::default()
            };
            assert_eq!(paths.check().err().map(|error| error.reason()), expected, "{path}");
        }
    }

    #[test]
    fn a_plus_is_an_ordinary_character_elsewhere() {
        let paths = SpecialPaths { root: vec!["c++/*".to_owned()], ..SpecialPaths::default() };
        assert_eq!(paths.check(), Ok(()));
    }
}

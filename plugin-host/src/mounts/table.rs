//! The table of mounts, and the router.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Mounted;
use crate::error::PathError;

/// Paths that are the server's own.
const RESERVED: [&str; 5] = ["sys/", "auth/", "identity/", "cubbyhole/", "audit/"];

/// Normalizes a path to the table's form: without slashes in front, with one at the end.
///
/// # Errors
///
/// Fails if the path is empty or has empty or relative segments.
pub(crate) fn mount_path(path: &str) -> Result<String, PathError> {
    let bare = path.trim_matches('/');
    let wrong = |segment: &str| matches!(segment, "" | "." | "..");
    if bare.split('/').any(wrong) {
        return Err(PathError::Path(path.to_owned()));
    }
    Ok(format!("{bare}/"))
}

/// Mounts by path; no path is the beginning of another.
#[derive(Debug, Default)]
pub(crate) struct MountTable {
    by_path: BTreeMap<String, Arc<Mounted>>,
}

impl MountTable {
    /// Checks that `path` is free.
    pub(crate) fn check_free(&self, path: &str) -> Result<(), PathError> {
        let own = path.strip_prefix("auth/").filter(|rest| !rest.is_empty());
        if own.is_none() && RESERVED.iter().any(|reserved| path.starts_with(reserved)) {
            return Err(PathError::Reserved(path.to_owned()));
        }
        // The server's own auth method.
        if path.starts_with("auth/token/") {
            return Err(PathError::InUse("auth/token/".to_owned()));
        }
        let in_the_way =
            self.by_path.keys().find(|other| other.starts_with(path) || path.starts_with(*other));
        in_the_way.map_or(Ok(()), |other| Err(PathError::InUse(other.clone())))
    }

    pub(crate) fn insert(&mut self, path: String, mount: Arc<Mounted>) {
        self.by_path.insert(path, mount);
    }

    pub(crate) fn remove(&mut self, path: &str) -> Option<Arc<Mounted>> {
        self.by_path.remove(path)
    }

    /// Takes this very mount out, wherever it is.
    pub(crate) fn remove_this(&mut self, mount: &Arc<Mounted>) {
        self.by_path.retain(|_, other| !Arc::ptr_eq(other, mount));
    }

    /// Returns the mount at exactly this path.
    pub(crate) fn at(&self, path: &str) -> Result<Arc<Mounted>, PathError> {
        let found = self.by_path.get(path).map(Arc::clone);
        found.ok_or_else(|| PathError::NoMount(path.to_owned()))
    }

    /// Returns the mount that a request's path leads to, and the rest of the path within it.
    pub(crate) fn route<'a>(&self, path: &'a str) -> Option<(Arc<Mounted>, &'a str)> {
        let mount = self.by_path.range(..=path.to_owned()).next_back();
        if let Some((prefix, mount)) = mount
            && let Some(rest) = path.strip_prefix(prefix.as_str())
        {
            return Some((Arc::clone(mount), rest));
        }
        // The root of a mount may be named without its slash.
        let root = self.by_path.get(&format!("{path}/"))?;
        Some((Arc::clone(root), ""))
    }

    /// Returns all mounts in the order of their paths.
    pub(crate) fn all(&self) -> Vec<Arc<Mounted>> {
        self.by_path.values().map(Arc::clone).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_end_in_one_slash() {
        assert_eq!(mount_path("mock").unwrap(), "mock/");
        assert_eq!(mount_path("/a/b//").unwrap(), "a/b/");
        for wrong in ["", "/", "a//b", "a/../b", "."] {
            assert_eq!(mount_path(wrong), Err(PathError::Path(wrong.to_owned())), "{wrong}");
        }
    }

    #[test]
    fn mounts_are_not_nested() {
        let mut table = MountTable::default();
        table.insert("a/b/".to_owned(), Mounted::for_tests("a/b/"));
        for (path, free) in
            [("a/", false), ("a/b/", false), ("a/b/c/", false), ("a/bc/", true), ("b/", true)]
        {
            assert_eq!(table.check_free(path).is_ok(), free, "{path}");
        }
        for (path, free) in
            [("sys/x/", false), ("auth/", false), ("auth/x/", true), ("auth/token/", false)]
        {
            assert_eq!(table.check_free(path).is_ok(), free, "{path}");
        }
    }

    #[test]
    fn requests_find_their_mount() {
        let mut table = MountTable::default();
        for path in ["a/b/", "auth/a/", "kv/"] {
            table.insert(path.to_owned(), Mounted::for_tests(path));
        }
        for (path, expected) in [
            ("kv/x/y", Some(("kv/", "x/y"))),
            ("kv/", Some(("kv/", ""))),
            ("kv", Some(("kv/", ""))),
            ("a/b/c", Some(("a/b/", "c"))),
            ("auth/a/login", Some(("auth/a/", "login"))),
            ("a/c", None),
            ("kvx/y", None),
            ("", None),
            ("zzz", None),
        ] {
            let found = table.route(path);
            let found = found.as_ref().map(|(mount, rest)| (mount.path(), *rest));
            let expected = expected.map(|(mount, rest)| (mount.to_owned(), rest));
            assert_eq!(found, expected, "{path}");
        }
    }
}

//! Finds which paths of the document are special ones.

use crate::SpecialPaths;

/// Returns whether a path needs the `sudo` capability.
pub(super) fn is_root(path: &str, special: &SpecialPaths) -> bool {
    special.root.iter().any(|pattern| matches(path, pattern, false))
}

/// Returns whether a path needs no token.
pub(super) fn is_unauthenticated(path: &str, special: &SpecialPaths) -> bool {
    special.unauthenticated.iter().any(|pattern| matches(path, pattern, true))
}

/// Returns whether a special path includes a path. A `*` at the end is any rest; with `wildcards`,
/// a segment `+` is any one segment.
fn matches(path: &str, pattern: &str, wildcards: bool) -> bool {
    let (pattern, open) = match pattern.strip_suffix('*') {
        Some(prefix) => (prefix, true),
        None => (pattern, false),
    };
    let mut parts = path.split('/');
    let mut wanted = pattern.split('/').peekable();
    while let Some(wanted_part) = wanted.next() {
        let Some(part) = parts.next() else { return false };
        if open && wanted.peek().is_none() {
            return part.starts_with(wanted_part);
        }
        if part != wanted_part && !(wildcards && wanted_part == "+") {
            return false;
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_as_servers_find_them() {
        for (path, pattern, wildcards, expected) in [
            ("login", "login", true, true),
            ("login/{name}", "login", true, false),
            ("login/{name}", "login/+", true, true),
            ("login/{name}", "login/+", false, false),
            ("login/{name}/x", "login/+", true, false),
            ("login", "login/*", true, false),
            ("login/{name}/x", "login/*", true, true),
            ("logins", "login*", true, true),
            ("a/{b}/c/d", "a/+/c*", true, true),
            ("a/{b}/d", "a/+/c*", true, false),
            ("", "*", false, true),
            ("", "", false, true),
        ] {
            assert_eq!(matches(path, pattern, wildcards), expected, "{path} {pattern}");
        }
    }
}

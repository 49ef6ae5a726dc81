//! Which paths need no token, by the servers' rules.

use plugin_runtime::SpecialPaths;

/// Returns whether a path within the mount needs no token.
pub(super) fn is_unauthenticated(special: &SpecialPaths, path: &str) -> bool {
    special.unauthenticated.iter().any(|open| matches(open, path))
}

/// Returns whether a special path, which may end in `*` and have `+` for a segment, covers a path.
fn matches(special: &str, path: &str) -> bool {
    let (special, prefix) = match special.strip_suffix('*') {
        Some(special) => (special, true),
        None => (special, false),
    };
    let mut segments = path.split('/');
    let mut wanted = special.split('/').peekable();
    while let Some(want) = wanted.next() {
        let Some(segment) = segments.next() else { return false };
        let last = wanted.peek().is_none();
        let fits = match want {
            "+" => true,
            _ if last && prefix => segment.starts_with(want),
            _ => segment == want,
        };
        if !fits {
            return false;
        }
    }
    prefix || segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_without_a_token_are_found_by_the_servers_rules() {
        for (special, path, expected) in [
            ("login", "login", true),
            ("login", "login/a", false),
            ("login", "logi", false),
            ("login*", "login/a", true),
            ("login/*", "login/a/b", true),
            ("login/*", "login", false),
            ("users/+/login", "users/bob/login", true),
            ("users/+", "users/", true),
            ("users/+/login", "users/bob/x", false),
            ("users/+/l*", "users/bob/login/x", true),
        ] {
            let mut paths = SpecialPaths::default();
            paths.unauthenticated.push(special.to_owned());
            assert_eq!(is_unauthenticated(&paths, path), expected, "{special} {path}");
        }
    }
}

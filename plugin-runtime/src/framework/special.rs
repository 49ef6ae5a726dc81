//! Special paths, from the attributes of the declared ones.

use super::Operations;
use super::builder::FrameworkError;
use super::pattern::Pattern;
use crate::SpecialPaths;

/// Adds what `operations` say about the pattern's paths.
pub(super) fn add<S>(
    special: &mut SpecialPaths,
    pattern: &Pattern,
    operations: &Operations<S>,
) -> Result<(), FrameworkError> {
    let attributes = &operations.attributes;
    if !attributes.unauthenticated && !attributes.sudo {
        return Ok(());
    }
    let expanded = pattern
        .expand()
        .ok_or_else(|| FrameworkError::SpecialRegex { path: pattern.as_str().to_owned() })?;
    let rest = pattern.as_str().contains("*}") || pattern.as_str().contains("+}");
    for path in &expanded {
        if attributes.unauthenticated {
            push(&mut special.unauthenticated, unauthenticated(&path.path, rest));
        }
        if attributes.sudo {
            push(&mut special.root, root(&path.path));
        }
    }
    Ok(())
}

fn push(paths: &mut Vec<String>, path: String) {
    if !paths.contains(&path) {
        paths.push(path);
    }
}

/// Each parameter is any one segment, and a parameter for the rest of the path is anything.
fn unauthenticated(path: &str, rest: bool) -> String {
    let mut segments: Vec<&str> = path
        .split('/')
        .map(|segment| if segment.starts_with('{') { "+" } else { segment })
        .collect();
    if let Some(last) = segments.last_mut()
        && rest
        && *last == "+"
    {
        *last = "*";
    }
    segments.join("/")
}

/// Servers know no wildcard within these: from the first parameter on, everything.
fn root(path: &str) -> String {
    path.find('{').map_or(path.to_owned(), |at| format!("{}*", &path[..at]))
}

#[cfg(test)]
mod tests {
    use super::super::{login, read, update};
    use super::*;

    fn special(pattern: &str, operations: &Operations<()>) -> SpecialPaths {
        let mut paths = SpecialPaths::default();
        add(&mut paths, &pattern.into(), operations).unwrap();
        paths.check().unwrap();
        paths
    }

    #[test]
    fn parameters_become_the_servers_wildcards() {
        async fn nothing() {}
        for (pattern, expected) in [
            ("login", &["login"][..]),
            ("login/{name}", &["login/+"]),
            ("{a}/b/{c}", &["+/b/+"]),
            ("public/{path*}", &["public/*"]),
        ] {
            let paths = special(pattern, &login(nothing));
            assert_eq!(paths.unauthenticated, expected, "{pattern}");
            assert!(paths.root.is_empty());
        }
        for (pattern, expected) in [("rotate", "rotate"), ("role/{name}/rotate", "role/*")] {
            assert_eq!(special(pattern, &update(nothing).sudo()).root, [expected], "{pattern}");
        }
        assert_eq!(special("role/{name}", &read(nothing)), SpecialPaths::default());
    }

    #[test]
    fn a_regex_that_can_not_be_expanded_is_refused() {
        async fn nothing() {}
        let operations: Operations<()> = login(nothing);
        let refused = add(&mut SpecialPaths::default(), &Pattern::regex("[a-z]+"), &operations);
        assert!(matches!(refused, Err(FrameworkError::SpecialRegex { .. })));
    }
}

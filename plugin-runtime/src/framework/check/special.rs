//! Derives special paths from the attributes of the declared ones.

use crate::SpecialPaths;
use crate::framework::dispatch::Declared;
use crate::framework::pattern::{Compared, PathSet, Paths, Pattern};
use crate::framework::{FrameworkError, Operations};

/// An attribute that servers learn about through special paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    Unauthenticated,
    Sudo,
}

/// Adds the special paths that the declared paths need, and checks that servers will apply them to
/// all of those paths and to no others.
pub(super) fn complete<S: 'static>(
    declared: &mut Declared<S>,
    patterns: &[Pattern],
    paths: &mut Paths,
) -> Result<(), FrameworkError> {
    declared.special_paths.check()?;
    for attribute in [Attribute::Unauthenticated, Attribute::Sudo] {
        let by_name: Vec<_> = attribute
            .list(&mut declared.special_paths)
            .iter()
            .map(|special| attribute.set_of(paths, special))
            .collect();
        let mut derived = Vec::new();
        for (index, (pattern, path)) in patterns.iter().zip(&declared.paths).enumerate() {
            if attribute.is_of(&path.operations) {
                derived.extend(derive(attribute, paths, index, pattern, &by_name)?);
            }
        }
        for special in &derived {
            for (index, (pattern, path)) in patterns.iter().zip(&declared.paths).enumerate() {
                if attribute.is_of(&path.operations) {
                    continue;
                }
                // Most paths have nothing to do with it, which this finds quickly.
                if paths.matched(index, &[special.set], &by_name) == Compared::Nothing {
                    continue;
                }
                let within = paths.routed(index, &[special.set], &by_name);
                if let Compared::Example(example) = within {
                    return Err(FrameworkError::SpecialSibling {
                        path: special.pattern.clone(),
                        attribute: attribute.method(),
                        special: special.text.clone(),
                        sibling: pattern.as_str().to_owned(),
                        example,
                    });
                }
            }
        }
        let list = attribute.list(&mut declared.special_paths);
        list.extend(derived.into_iter().map(|special| special.text));
        remove_hidden(list);
    }
    Ok(declared.special_paths.check()?)
}

/// A special path with the pattern that needs it.
struct Derived {
    pattern: String,
    text: String,
    set: PathSet,
}

impl Attribute {
    fn is_of<S>(self, operations: &Operations<S>) -> bool {
        match self {
            Self::Unauthenticated => operations.attributes.unauthenticated,
            Self::Sudo => operations.attributes.sudo,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Sudo => "sudo",
        }
    }

    fn list(self, special: &mut SpecialPaths) -> &mut Vec<String> {
        match self {
            Self::Unauthenticated => &mut special.unauthenticated,
            Self::Sudo => &mut special.root,
        }
    }

    /// Returns the paths to which servers apply a special path.
    fn set_of(self, paths: &mut Paths, special: &str) -> PathSet {
        paths.of_special(special, self == Self::Unauthenticated)
    }

    /// Returns the special path for one that has `{name}` for each parameter. With `rest`, a
    /// parameter at the end stands for any number of segments.
    fn special(self, path: &str, rest: bool) -> String {
        match self {
            Self::Unauthenticated => unauthenticated(path, rest),
            Self::Sudo => root(path),
        }
    }
}

/// Derives the special paths that stand for a pattern.
fn derive(
    attribute: Attribute,
    paths: &mut Paths,
    index: usize,
    pattern: &Pattern,
    by_name: &[PathSet],
) -> Result<Vec<Derived>, FrameworkError> {
    let named = || pattern.as_str().to_owned();
    let expanded =
        pattern.expand().ok_or_else(|| FrameworkError::SpecialRegex { path: named() })?;
    let mut gap = None;
    for rest in [false, true] {
        let mut derived: Vec<Derived> = Vec::new();
        for path in &expanded {
            let text = attribute.special(&path.path, rest);
            // A list's path has the optional slash at the end, which servers treat as another path.
            let slashed =
                (!text.is_empty() && !text.ends_with(['*', '/'])).then(|| text.clone() + "/");
            for (text, always) in std::iter::once((text, true)).chain(slashed.map(|s| (s, false))) {
                let set = attribute.set_of(paths, &text);
                let known: Vec<_> = derived.iter().map(|one| one.set).collect();
                let adds = paths.matched(index, &[set], &known);
                if derived.iter().all(|one| one.text != text)
                    && (always || matches!(adds, Compared::Example(_)))
                {
                    derived.push(Derived { pattern: named(), text, set });
                }
            }
        }
        let covered: Vec<_> =
            derived.iter().map(|one| one.set).chain(by_name.iter().copied()).collect();
        match paths.matched(index, &[], &covered) {
            Compared::Example(example) => gap = Some(example),
            Compared::Nothing | Compared::Unknown => return Ok(derived),
        }
    }
    let (attribute, example) = (attribute.method(), gap.unwrap_or_default());
    Err(FrameworkError::SpecialGap { path: named(), attribute, example })
}

/// Returns a special path in which each parameter is any one segment, and with `rest` the last one
/// is any number of segments.
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

/// Returns the path up to its first parameter and a `*`, since `root` paths have no other wildcard.
fn root(path: &str) -> String {
    path.find('{').map_or(path.to_owned(), |at| format!("{}*", &path[..at]))
}

/// Removes paths that another one includes. Servers look only at the longest special path that is a
/// prefix of the request's path: `role/a` next to `role/*` would hide the latter from `role/ab`.
fn remove_hidden(list: &mut Vec<String>) {
    let prefixes: Vec<String> =
        list.iter().filter_map(|path| path.strip_suffix('*')).map(str::to_owned).collect();
    let mut kept: Vec<String> = Vec::new();
    for path in list.drain(..) {
        let (text, is_prefix) = match path.strip_suffix('*') {
            Some(text) => (text, true),
            None => (path.as_str(), false),
        };
        let is_hidden = prefixes.iter().any(|prefix| {
            let wider = prefix.len() < text.len() || !is_prefix;
            !prefix.contains('+') && wider && text.starts_with(prefix.as_str())
        });
        if !is_hidden && !kept.contains(&path) {
            kept.push(path);
        }
    }
    *list = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend as _;
    use crate::framework::{Framework, list, login, read, update};

    async fn nothing() {}

    fn special(pattern: impl Into<Pattern>, operations: Operations<()>) -> SpecialPaths {
        Framework::auth(()).path(pattern, operations).build().unwrap().special_paths()
    }

    fn refusal(framework: Framework<()>) -> FrameworkError {
        framework.build().unwrap_err()
    }

    #[test]
    fn parameters_become_the_servers_wildcards() {
        for (pattern, expected) in [
            ("login", &["login"][..]),
            ("login/{name}", &["login/+"]),
            ("login{/name?}", &["login", "login/+"]),
            ("{a}/b/{c}", &["+/b/+"]),
            ("public/{path*}", &["public/*"]),
            ("public/{a}/{path+}", &["public/+/*"]),
        ] {
            let paths = special(pattern, login(nothing));
            assert_eq!(paths.unauthenticated, expected, "{pattern}");
            assert!(paths.root.is_empty());
        }
        for (pattern, expected) in [
            ("rotate", &["rotate"][..]),
            ("role/{name}/rotate", &["role/*"]),
            ("role{/name?}", &["role", "role/*"]),
        ] {
            assert_eq!(special(pattern, update(nothing).sudo()).root, expected, "{pattern}");
        }
        assert_eq!(special("role/{name}", read(nothing)), SpecialPaths::default());
    }

    #[test]
    fn the_slash_of_lists_is_part_of_special_paths() {
        assert_eq!(special("role/?", list(nothing).sudo()).root, ["role", "role/"]);
        let open = special("role/{name}/?", list(nothing).unauthenticated());
        assert_eq!(open.unauthenticated, ["role/+", "role/+/"]);
        assert_eq!(special("role/", list(nothing).sudo()).root, ["role/"]);
    }

    #[test]
    fn regexes_are_opened_as_far_as_servers_can_express_them() {
        let open = |regex: &str| special(Pattern::regex(regex), login(nothing)).unauthenticated;
        assert_eq!(open("(a|b)/c"), ["a/c", "b/c"]);
        assert_eq!(open("files/(?P<path>.*)"), ["files/*"]);
        assert_eq!(open("files/(?P<name>[^/]+)/?"), ["files/+", "files/+/"]);
        let regex =
            |regex: &str| refusal(Framework::auth(()).path(Pattern::regex(regex), login(nothing)));
        assert!(matches!(regex("[a-z]+"), FrameworkError::SpecialRegex { .. }));
        let gap = regex("(?P<path>.+)/login");
        assert!(
            matches!(&gap, FrameworkError::SpecialGap { example, .. } if example.contains('/')),
            "{gap}"
        );
    }

    #[test]
    fn a_special_path_that_includes_another_declaration_is_refused() {
        let sudo = |sibling: &str| {
            Framework::secrets(())
                .path("role/{name}/rotate", update(nothing).sudo())
                .path(sibling.to_owned(), read(nothing))
        };
        let text = refusal(sudo("role/{name}")).to_string();
        for part in ["`role/{name}/rotate`", "sudo()", "`role/*`", "`role/{name}`", "`role/0`"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(sudo("roles/{name}").build().is_ok());
        let both = sudo("config").path("role/{name}", read(nothing).sudo());
        assert_eq!(both.build().unwrap().special_paths().root, ["role/*"]);

        let open = |sibling: &str| {
            Framework::auth(())
                .path("login/config", read(nothing))
                .path("login/{name}", login(nothing))
                .path(sibling.to_owned(), read(nothing))
        };
        let sibling = refusal(open("other"));
        assert!(
            matches!(&sibling, FrameworkError::SpecialSibling { sibling, .. } if sibling == "login/config"),
            "{sibling}"
        );
        // To a server, the empty text is a segment too.
        let list = refusal(
            Framework::auth(()).path("login/{name}", login(nothing)).path("login/?", list(nothing)),
        );
        assert!(
            matches!(&list, FrameworkError::SpecialSibling { example, .. } if example == "login/"),
            "{list}"
        );
    }

    #[test]
    fn what_was_declared_by_name_is_meant() {
        let framework = |root: &str| {
            let special = SpecialPaths { root: vec![root.to_owned()], ..SpecialPaths::default() };
            Framework::secrets(())
                .special_paths(special)
                .path("role/{name}/rotate", update(nothing).sudo())
                .path("role/{name}", read(nothing))
        };
        assert_eq!(framework("role/*").build().unwrap().special_paths().root, ["role/*"]);
        assert!(framework("rule/*").build().is_err());
    }

    #[test]
    fn no_special_path_hides_another() {
        let framework = Framework::secrets(())
            .path("role/default", read(nothing).sudo())
            .path("role/{name}", read(nothing).sudo())
            .path("rolex", read(nothing).sudo());
        assert_eq!(framework.build().unwrap().special_paths().root, ["role/*", "rolex"]);
    }
}

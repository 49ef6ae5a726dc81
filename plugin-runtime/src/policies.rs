//! The names of policies, as servers and their built-in engines parse and compare them
//! (`sdk/helper/policyutil`).

use std::collections::BTreeSet;

const ROOT: &str = "root";
const DEFAULT: &str = "default";

/// Parses a comma-separated list of policies, as Go's `ParsePolicies` does: names are trimmed and
/// lower-cased, in order and without duplicates. If `root` is in the list, no other policy counts.
///
/// ```
/// use plugin_runtime::policies;
///
/// assert_eq!(policies::parse("Ops, dev,ops"), ["dev", "ops"]);
/// assert_eq!(policies::parse("dev,root"), ["root"]);
/// ```
pub fn parse(policies: &str) -> Vec<String> {
    sanitize(policies.split(','), false)
}

/// Cleans a list of policies, as Go's `SanitizePolicies` does; see [`parse`]. With `add_default`,
/// it contains the policy `default`, unless it contains `root`.
///
/// ```
/// use plugin_runtime::policies;
///
/// assert_eq!(policies::sanitize([" Ops", ""], false), ["ops"]);
/// assert_eq!(policies::sanitize(["ops"], true), ["default", "ops"]);
/// ```
pub fn sanitize<P: AsRef<str>>(
    policies: impl IntoIterator<Item = P>,
    add_default: bool,
) -> Vec<String> {
    let names = policies.into_iter().map(|name| lower_case(name.as_ref().trim()));
    let mut names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
    if names.contains(ROOT) {
        return vec![ROOT.to_owned()];
    }
    if add_default {
        names.insert(DEFAULT.to_owned());
    }
    names.into_iter().collect()
}

/// Returns whether two lists name the same policies, as Go's `EquivalentPolicies` does: regardless
/// of order, case, duplicates and `default`. A renewal compares the policies that its role grants
/// now with those that the token was issued with.
///
/// ```
/// use plugin_runtime::policies;
///
/// assert!(policies::equivalent(["ops", "default"], ["Ops"]));
/// assert!(!policies::equivalent(["ops"], ["ops", "dev"]));
/// ```
pub fn equivalent<P: AsRef<str>, Q: AsRef<str>>(
    one: impl IntoIterator<Item = P>,
    other: impl IntoIterator<Item = Q>,
) -> bool {
    let one: BTreeSet<String> = one.into_iter().map(|name| lower_case(name.as_ref())).collect();
    let other: BTreeSet<String> = other.into_iter().map(|name| lower_case(name.as_ref())).collect();
    let named = |names: BTreeSet<String>| names.into_iter().filter(|name| name != DEFAULT);
    named(one).eq(named(other))
}

/// Lowers each letter separately, as Go does.
fn lower_case(text: &str) -> String {
    text.chars().map(|one| one.to_lowercase().next().unwrap_or(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from version 0.25.1 of Vault's SDK.
    #[test]
    fn policies_are_parsed_as_in_go() {
        for (text, parsed, with_default) in [
            ("", &[][..], &["default"][..]),
            (",", &[], &["default"]),
            (" ", &[], &["default"]),
            ("a", &["a"], &["a", "default"]),
            ("b,a", &["a", "b"], &["a", "b", "default"]),
            ("A, a ,B", &["a", "b"], &["a", "b", "default"]),
            ("root,a", &["root"], &["root"]),
            ("a,root", &["root"], &["root"]),
            (" Root ", &["root"], &["root"]),
            ("default", &["default"], &["default"]),
            ("a,default", &["a", "default"], &["a", "default"]),
            ("a,,b", &["a", "b"], &["a", "b", "default"]),
            ("a\n,b", &["a", "b"], &["a", "b", "default"]),
            ("Ä,ä", &["ä"], &["default", "ä"]),
        ] {
            assert_eq!(parse(text), parsed, "{text}");
            assert_eq!(sanitize(text.split(','), true), with_default, "{text}");
        }
        assert_eq!(sanitize(["a,b"], false), ["a,b"], "elements are not split");
        assert_eq!(sanitize(Vec::<String>::new(), true), ["default"]);
    }

    #[test]
    fn policies_are_compared_as_in_go() {
        for (one, other, expected) in [
            (&["a"][..], &["a"][..], true),
            (&["a", "default"], &["a"], true),
            (&["a"], &["b"], false),
            (&["A"], &["a"], true),
            (&["a", "a"], &["a"], true),
            (&["a", "b"], &["b", "a"], true),
            (&[], &["default"], true),
            (&["DEFAULT"], &[], true),
            (&[], &[], true),
            (&[" a"], &["a"], false),
            (&[""], &[], false),
            (&["root"], &["root", "a"], false),
        ] {
            assert_eq!(equivalent(one, other), expected, "{one:?} {other:?}");
            assert_eq!(equivalent(other, one), expected, "{other:?} {one:?}");
        }
    }
}

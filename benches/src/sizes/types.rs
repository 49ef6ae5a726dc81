//! Types that a body is read as.

use std::collections::BTreeMap;
use std::net::IpAddr;

use plugin_runtime::fields::{CommaList, DeprecatedTokenFieldsUpdate, TokenFieldsUpdate, Update};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// An object of texts, which all of a flat body goes into.
pub(super) type Texts = BTreeMap<String, String>;

/// An object of anything.
pub(super) type Anything = BTreeMap<String, Json>;

/// One field of a type.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct One<T> {
    f: Option<T>,
}

/// A role's fields with those of its tokens, which are flattened.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[expect(dead_code, reason = "only read")]
pub(super) struct TokenRole {
    f: Update<CommaList<String>>,
    #[serde(flatten)]
    token: TokenFieldsUpdate,
    #[serde(flatten)]
    deprecated: DeprecatedTokenFieldsUpdate,
}

/// An enum whose variants are tried one by one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Untagged {
    Number(u16),
    Texts(Vec<String>),
    Pairs(BTreeMap<String, i64>),
    Any(Json),
}

/// An enum by a tag beside its content.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "f")]
pub(super) enum Adjacent {
    Some(Vec<String>),
    Any(Json),
}

/// Flattened fields of which only the type itself can refuse most.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Inner {
    f: Vec<String>,
    k000001: IpAddr,
    k000002: IpAddr,
    k000003: IpAddr,
}

impl Default for Inner {
    fn default() -> Self {
        let address = IpAddr::from([0; 4]);
        Self { f: Vec::new(), k000001: address, k000002: address, k000003: address }
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Flattened {
    #[serde(flatten)]
    inner: Inner,
}

/// Fields with limits, and with other names.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Limited {
    #[schemars(length(max = 2_000_000), extend("uniqueItems" = true))]
    #[serde(alias = "other")]
    f: Vec<String>,
    #[schemars(range(max = 10))]
    #[serde(alias = "first_a", alias = "first_b")]
    first: u32,
    #[schemars(range(max = 10))]
    #[serde(alias = "second_a", alias = "second_b")]
    second: u32,
    #[schemars(range(max = 10))]
    third: u32,
    #[schemars(range(max = 10))]
    fourth: u32,
    #[schemars(range(max = 10))]
    fifth: u32,
    #[schemars(range(max = 10))]
    sixth: u32,
    #[schemars(range(max = 10))]
    seventh: u32,
    #[schemars(range(max = 10))]
    eighth: u32,
    #[schemars(length(max = 10))]
    ninth: String,
    #[schemars(length(max = 10))]
    tenth: String,
}

/// The same, flattened.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct LimitedInside {
    #[serde(flatten)]
    limited: Limited,
}

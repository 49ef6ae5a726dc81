//! serde's deserializer over the rules: the Rust type that asks decides which one applies.

mod entries;
mod request;
mod scalar;
mod sequence;
mod value;
mod variant;

pub(crate) use self::request::{Entry, Request, Seen};
pub(crate) use self::value::Value;

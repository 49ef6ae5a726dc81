//! serde's deserializer on top of the rules: the requested Rust type decides which rule applies.

mod entries;
mod request;
mod scalar;
mod sequence;
mod value;
mod variant;

pub(crate) use self::request::{Entry, Request, Seen};
pub(crate) use self::value::Value;

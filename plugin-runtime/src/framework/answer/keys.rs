//! Lists.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::IntoAnswer;
use crate::framework::OperationDescription;
use crate::{Error, Response};

/// The names of a list. If there are none, the server answers 404.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub Vec<String>);

/// The names of a list, with some facts about each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeysWithInfo<T>(pub Vec<(String, T)>);

// The shape of a list's answer, for OpenAPI. A doc comment would appear in the document.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "described, never made")]
struct Listed {
    /// The names.
    keys: Vec<String>,
}

// The same with facts about each name.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "described, never made")]
struct ListedWithInfo<T> {
    /// The names.
    keys: Vec<String>,
    /// Some facts about each name.
    key_info: BTreeMap<String, T>,
}

impl IntoAnswer for Keys {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Ok(Some(Response::keys(self.0)))
    }

    fn describe(description: &mut OperationDescription) {
        description.gives::<Listed>();
    }
}

impl<T: Serialize + JsonSchema> IntoAnswer for KeysWithInfo<T> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Response::keys_with_info(self.0).map(Some)
    }

    fn describe(description: &mut OperationDescription) {
        description.gives::<ListedWithInfo<T>>();
    }
}

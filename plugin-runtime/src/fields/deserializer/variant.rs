//! The variant of an enum: its name, or an object with its name as the only key.

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

use super::value::{Mode, Value};
use crate::fields::coerce::Refusal;
use crate::fields::fault::Fault;
use crate::fields::input::Input;

/// The variant's name and what it holds.
pub(super) struct Variant<'de> {
    name: Value<'de>,
    content: Option<Value<'de>>,
}

impl<'de> Variant<'de> {
    pub(super) fn of(value: Value<'de>) -> Result<Self, Refusal> {
        let mode = if value.is_kept() { Mode::Kept } else { Mode::Coerced };
        match value.input {
            Input::Object(entries) => {
                let mut entries = entries.into_iter();
                match (entries.next(), entries.next()) {
                    (Some((name, content)), None) => Ok(Self {
                        name: Value::new(Input::Text(name)),
                        content: Some(Value::inside(content, mode)?),
                    }),
                    _ => Err(Refusal::of("expected an object with a single key")),
                }
            }
            input => Ok(Self { name: Value { input, ..value }, content: None }),
        }
    }

    fn content(self) -> Result<Value<'de>, Fault> {
        self.content.ok_or(Fault::refused("expected an object that holds the variant's value"))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), Fault> {
        let name = std::mem::replace(&mut self.name, Value::unmatched());
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            None | Some(Value { input: Input::Null, .. }) => Ok(()),
            Some(_) => Err(Fault::refused("this variant holds no value; write its name alone")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.content()?.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.content()?.deserialize_struct("", fields, visitor)
    }
}

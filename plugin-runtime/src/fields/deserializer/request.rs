//! All fields of a request, as one struct or map.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use super::entries::tag_first;
use super::value::Value;
use crate::fields::aliases::{Known, Marker, Names};
use crate::fields::fault::Fault;
use crate::fields::input::{EXACT, Input};
use crate::fields::names::NameList;
use crate::fields::schema::Rule;

/// The source of a field's value.
#[derive(Debug, Clone)]
pub(crate) enum Entry<'de> {
    /// The request's body.
    Body(&'de RawValue),
    /// The path; `None` for a part that took no part in the match.
    Path(Option<&'de str>),
    /// The stored value, with the changes of the request's body.
    Merged(&'de Input<'de>),
}

/// The outcome of reading a request's fields.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Keys of the body that the type did not use.
    pub(crate) ignored: NameList,
    /// Known fields that serde took into its buffer, to be read later without their names.
    pub(crate) buffered: Vec<String>,
    /// The indexes of the entries whose value was replaced by a marker.
    pub(crate) marked: Vec<usize>,
}

/// The fields of a request, by name.
pub(crate) struct Request<'de, 'r> {
    entries: Vec<&'r (Cow<'de, str>, Entry<'de>)>,
    next: usize,
    current: Option<(&'r (Cow<'de, str>, Entry<'de>), Known<'r>)>,
    names: &'r Names<'r>,
    seen: &'r mut Seen,
    /// Whether the type names its fields, so that a value it skips is an unknown field. A type with
    /// a flattened part takes everything as a map first, and only its schema lists its fields.
    by_name: bool,
}

impl<'de, 'r> Request<'de, 'r> {
    pub(crate) fn new(
        entries: Vec<&'r (Cow<'de, str>, Entry<'de>)>,
        names: &'r Names<'r>,
        seen: &'r mut Seen,
    ) -> Self {
        Self { entries, next: 0, current: None, names, seen, by_name: false }
    }
}

impl<'de> Deserializer<'de> for Request<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.by_name = true;
        // No client has sent the parts of the path as fields, so a type that refuses fields which it
        // does not know is not given them.
        let known = |name: &str| fields.contains(&name) || self.names.fields.knows(name);
        self.entries.retain(|(name, entry)| !matches!(entry, Entry::Path(_)) || known(name));
        tag_first(&mut self.entries, |(name, _)| name, fields);
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        for (name, entry) in self.entries {
            if matches!(entry, Entry::Body(_)) {
                self.seen.ignored.push(name);
            }
        }
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf seq
        tuple tuple_struct map enum identifier
    }
}

impl<'de> MapAccess<'de> for Request<'de, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        while let Some(field) = self.entries.get(self.next).copied() {
            self.next += 1;
            let (name, entry) = field;
            let is_null = matches!(entry, Entry::Body(raw) if raw.get() == "null");
            let rule = match self.names.fields.rule(name) {
                None if is_null => self.names.rule_behind(name),
                rule => rule,
            };
            if is_null && rule.is_some_and(Rule::null_is_absent) {
                continue;
            }
            let key = seed.deserialize(Value::new(Input::Text(name.clone())))?;
            let known = match rule {
                Some(rule) => Known::Field(rule),
                None if self.by_name => Known::Unknown,
                None => self.names.known(name, &key),
            };
            self.current = Some((field, known));
            return Ok(Some(key));
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (field, known) = self.current.take().ok_or(Fault::refused("a value without a key"))?;
        let (name, entry) = field;
        let names = self.names;
        let rule = match known {
            Known::Field(rule) if !self.by_name => Some(rule),
            _ => None,
        };
        let marker = match (known, entry) {
            (Known::Unknown, Entry::Body(_) | Entry::Merged(_)) if !self.by_name => {
                names.marker_of_field(name)
            }
            _ => None,
        };
        if marker.is_some() {
            self.seen.marked.push(self.next - 1);
        }
        let mut asked = Asked::Typed;
        let field = Field { lazy: Lazy { entry }, rule, marker, names, asked: &mut asked };
        let value = seed.deserialize(field).map_err(|fault| fault.inside(name.as_ref()))?;
        if known != Known::Unknown && !self.by_name && asked == Asked::Any {
            self.seen.buffered.push(name.to_string());
        }
        let unknown = match self.by_name {
            true => asked == Asked::Nothing,
            false => known == Known::Unknown && !names.fields.is_open(),
        };
        if unknown && matches!(entry, Entry::Body(_)) {
            self.seen.ignored.push(name);
        }
        Ok(value)
    }
}

/// The value of one field.
struct Field<'de, 'r> {
    lazy: Lazy<'de, 'r>,
    /// The schema's rule, for a flattened type that will be asked only after serde has buffered the
    /// value.
    rule: Option<&'r Rule>,
    /// What stands for the value of a name that is not known.
    marker: Option<Marker>,
    names: &'r Names<'r>,
    asked: &'r mut Asked,
}

/// What the type requests of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// A certain type.
    Typed,
    /// Any value.
    Any,
    /// To skip it.
    Nothing,
}

/// Forwards a request to a value.
macro_rules! forward {
    ($value:ident: $($method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Fault> {
            self.$value()?.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de, 'r> Field<'de, 'r> {
    fn lazy(self) -> Result<Lazy<'de, 'r>, Fault> {
        Ok(self.lazy)
    }
}

impl<'de> Deserializer<'de> for Field<'de, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        *self.asked = Asked::Any;
        if let Some(marker) = self.marker {
            return Value::new(Input::Marker(marker)).deserialize_any(visitor);
        }
        let value = self.lazy.value()?;
        match self.rule.filter(|_| !value.is_kept()) {
            Some(rule) => Value::new(rule.apply(value, self.names)?).deserialize_any(visitor),
            None => value.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        *self.asked = Asked::Nothing;
        visitor.visit_unit()
    }

    forward! { lazy:
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }
}

/// A value that is read once it is known what for: a scalar does not parse lists and objects.
struct Lazy<'de, 'r> {
    entry: &'r Entry<'de>,
}

impl<'de> Lazy<'de, '_> {
    fn value(&self) -> Result<Value<'de>, Fault> {
        Ok(match self.entry {
            Entry::Body(raw) => Value::new(Input::from_json(raw)?),
            Entry::Path(Some(text)) => Value::new(Input::text(*text)),
            Entry::Path(None) => Value::unmatched(),
            Entry::Merged(input) => Value::field((*input).clone())?,
        })
    }

    fn scalar(&self) -> Result<Value<'de>, Fault> {
        match self.entry {
            Entry::Body(raw) => Ok(Value::new(Input::scalar_from_json(raw)?)),
            _ => self.value(),
        }
    }

    fn is_null(&self) -> bool {
        match self.entry {
            Entry::Body(raw) => raw.get() == "null",
            Entry::Path(part) => part.is_none(),
            Entry::Merged(input) => matches!(input, Input::Null | Input::Kept("null")),
        }
    }
}

impl<'de> Deserializer<'de> for Lazy<'de, '_> {
    type Error = Fault;

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match name {
            EXACT => self.value()?.deserialize_newtype_struct(name, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward! { scalar:
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_identifier();
    }

    forward! { value:
        deserialize_any();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_ignored_any();
    }
}

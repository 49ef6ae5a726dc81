//! Values as JSON, with an error for values that JSON cannot represent.
//!
//! serde_json writes null for NaN and for the infinities. If such a value is stored or returned, it
//! cannot be read back as the same type.

use std::fmt::Display;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Value};

/// Returns the text of a value.
pub(crate) fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    // The capacity that serde_json starts with.
    let mut text = Vec::with_capacity(128);
    value.serialize(Finite(&mut serde_json::Serializer::new(&mut text)))?;
    Ok(text)
}

/// Returns a value as a tree.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    value.serialize(Finite(serde_json::value::Serializer))
}

/// A serializer that passes everything on, except numbers that are not finite.
struct Finite<S>(S);

/// A value whose numbers must be finite.
struct Checked<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for Checked<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Finite(serializer))
    }
}

fn not_finite<E: serde::ser::Error>() -> E {
    E::custom("a number is not finite")
}

/// Forwards a call unchanged.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*) -> $result:ident;)*) => {$(
        #[inline]
        fn $method(self, $($argument: $type),*) -> Result<Self::$result, S::Error> {
            self.0.$method($($argument),*)
        }
    )*};
}

/// Forwards the start of a list or an object, to check its contents.
macro_rules! forward_start {
    ($($method:ident($($argument:ident: $type:ty),*) -> $result:ident;)*) => {$(
        #[inline]
        fn $method(self, $($argument: $type),*) -> Result<Self::$result, S::Error> {
            self.0.$method($($argument),*).map(Finite)
        }
    )*};
}

impl<S: Serializer> Serializer for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Finite<S::SerializeSeq>;
    type SerializeTuple = Finite<S::SerializeTuple>;
    type SerializeTupleStruct = Finite<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Finite<S::SerializeTupleVariant>;
    type SerializeMap = Finite<S::SerializeMap>;
    type SerializeStruct = Finite<S::SerializeStruct>;
    type SerializeStructVariant = Finite<S::SerializeStructVariant>;

    forward! {
        serialize_bool(value: bool) -> Ok;
        serialize_i8(value: i8) -> Ok;
        serialize_i16(value: i16) -> Ok;
        serialize_i32(value: i32) -> Ok;
        serialize_i64(value: i64) -> Ok;
        serialize_i128(value: i128) -> Ok;
        serialize_u8(value: u8) -> Ok;
        serialize_u16(value: u16) -> Ok;
        serialize_u32(value: u32) -> Ok;
        serialize_u64(value: u64) -> Ok;
        serialize_u128(value: u128) -> Ok;
        serialize_char(value: char) -> Ok;
        serialize_str(value: &str) -> Ok;
        serialize_bytes(value: &[u8]) -> Ok;
        serialize_none() -> Ok;
        serialize_unit() -> Ok;
        serialize_unit_struct(name: &'static str) -> Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> Ok;
    }

    forward_start! {
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str, index: u32, variant: &'static str, length: usize
        ) -> SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(
            name: &'static str, index: u32, variant: &'static str, length: usize
        ) -> SerializeStructVariant;
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.0.serialize_f32(value) } else { Err(not_finite()) }
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        if value.is_finite() { self.0.serialize_f64(value) } else { Err(not_finite()) }
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Checked(value))
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Checked(value))
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Checked(value))
    }

    #[inline]
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Checks the elements of a sequence one by one.
macro_rules! elements {
    ($($trait:ident $method:ident;)*) => {$(
        impl<S: $trait> $trait for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.0.$method(&Checked(value))
            }

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// Checks named fields one by one.
macro_rules! fields {
    ($($trait:ident)*) => {$(
        impl<S: $trait> $trait for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), S::Error> {
                self.0.serialize_field(key, &Checked(value))
            }

            #[inline]
            fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
                self.0.skip_field(key)
            }

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

fields!(SerializeStruct SerializeStructVariant);

impl<S: SerializeMap> SerializeMap for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(&Checked(key))
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Checked(value))
    }

    #[inline]
    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<(), S::Error>
    where
        K: Serialize + ?Sized,
        V: Serialize + ?Sized,
    {
        self.0.serialize_entry(&Checked(key), &Checked(value))
    }

    #[inline]
    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};
    use std::net::Ipv4Addr;
    use std::time::{Duration, SystemTime};

    use serde::Serialize;
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Serialize)]
    enum Every<T> {
        Unit,
        Newtype(T),
        Tuple(T, u8),
        Struct { value: T },
    }

    #[derive(Serialize)]
    struct Newtype<T>(T);

    #[derive(Serialize)]
    struct Pair<T>(u8, T);

    #[derive(Serialize)]
    struct Fields<T> {
        first: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<T>,
    }

    #[derive(Serialize)]
    struct Flat<T> {
        #[serde(flatten)]
        fields: Fields<T>,
        #[serde(flatten)]
        map: BTreeMap<String, u8>,
    }

    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged<T> {
        One { value: T },
    }

    #[derive(Serialize)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent<T> {
        One(T),
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    enum Untagged<T> {
        One(T),
    }

    /// Calls a macro with each container around a float.
    fn around<R>(value: f64, see: impl Fn(&dyn Fn() -> [Result<String, Error>; 2]) -> R) -> Vec<R> {
        let mut seen = Vec::new();
        macro_rules! see {
            ($($container:expr),* $(,)?) => {$(
                seen.push(see(&|| {
                    let container = $container;
                    [
                        to_vec(&container).map(|text| String::from_utf8(text).unwrap()),
                        to_value(&container).map(|value| value.to_string()),
                    ]
                }));
            )*};
        }
        see![
            value,
            value as f32,
            Some(value),
            vec![0.5, value],
            [value],
            (value, 1_u8),
            [("a", value)].into_iter().collect::<BTreeMap<_, _>>(),
            HashMap::from([(1_u8, Some(value))]),
            Every::Newtype(value),
            Every::Tuple(value, 1),
            Every::Struct { value },
            Newtype(value),
            Pair(1, value),
            Fields { first: 1, value: Some(value) },
            Flat { fields: Fields { first: 1, value: Some(value) }, map: BTreeMap::new() },
            Tagged::One { value },
            Adjacent::One(value),
            Untagged::One(value),
            Box::new(vec![Some(Newtype([value]))]),
        ];
        seen
    }

    #[test]
    fn a_number_that_is_not_finite_is_an_error_wherever_it_stands() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for [text, tree] in around(value, |both| both()) {
                assert!(text.is_err() && tree.is_err(), "{text:?} {tree:?}");
            }
        }
        for [text, tree] in around(1.5, |both| both()) {
            assert!(text.is_ok() && tree.is_ok(), "{text:?} {tree:?}");
        }
    }

    #[test]
    fn everything_else_is_written_as_serde_json_writes_it() {
        fn same(value: &impl Serialize) {
            assert_eq!(to_vec(value).unwrap(), serde_json::to_vec(value).unwrap());
            assert_eq!(to_value(value).unwrap(), serde_json::to_value(value).unwrap());
        }
        same(&(i8::MIN, i16::MIN, i32::MIN, i64::MIN, u8::MAX, u16::MAX, u32::MAX, u64::MAX));
        same(&(u64::MAX as u128, i64::MIN as i128, 'ä', "a\"\u{1}", true, (), None::<u8>));
        same(&json!({ "a": [1, 1.5, null, { "b": -0.0 }], "c": u64::MAX }));
        same(&(Every::<u8>::Unit, Every::Newtype("a"), Fields::<u8> { first: 1, value: None }));
        same(&(Ipv4Addr::LOCALHOST, Duration::from_millis(1500), SystemTime::UNIX_EPOCH));
        let flat =
            Flat { fields: Fields { first: 1, value: Some(2) }, map: [("m".into(), 3)].into() };
        same(&flat);
        let raw =
            RawValue::from_string("{\"n\":12345678901234567890123,\"f\":1.10}".into()).unwrap();
        assert_eq!(to_vec(&[&raw]).unwrap(), format!("[{raw}]").as_bytes());
        assert!(to_vec(&HashMap::from([((1, 2), 3)])).is_err(), "a key that is not a string");
    }
}

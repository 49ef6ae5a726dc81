//! The table of a message and what is checked of it.

use std::fmt::Debug;

use prost::Message;

use crate::field::Encoding;

/// A message with every field set, and its bytes.
pub(crate) trait Sample: Message + Default + PartialEq + Debug + Sized {
    /// The message with every field set.
    fn sample() -> (Self, Encoding);

    /// The message with one field set, for each field.
    fn single_fields() -> Vec<(&'static str, Self, Encoding)>;
}

/// A boxed field is on the wire what it is without the box.
impl<T: Sample> Sample for Box<T> {
    fn sample() -> (Self, Encoding) {
        let (value, encoding) = T::sample();
        (Self::new(value), encoding)
    }

    fn single_fields() -> Vec<(&'static str, Self, Encoding)> {
        let fields = T::single_fields();
        fields.into_iter().map(|(name, value, bytes)| (name, Self::new(value), bytes)).collect()
    }
}

/// Checks a message both ways: as a whole, and each field alone, so that two fields of the same
/// kind cannot have changed places.
pub(crate) fn check<T: Sample>() {
    let (value, bytes) = T::sample();
    let message = std::any::type_name::<T>();
    assert!(T::decode(bytes.as_slice()).as_ref() == Ok(&value), "decoding {message}");
    assert_eq!(value.encode_to_vec(), bytes, "encoding {message}");
    for (field, value, bytes) in T::single_fields() {
        assert!(T::decode(bytes.as_slice()).as_ref() == Ok(&value), "decoding {message}.{field}");
        assert_eq!(value.encode_to_vec(), bytes, "encoding {message}.{field}");
    }
}

/// Writes down the fields of messages as the servers' definitions have them: number, name, kind.
///
/// A field of the Rust type that is missing in the table does not compile. Makes one test for each
/// call, named by its first word.
macro_rules! tables {
    ($test:ident: $($message:path { $($tag:literal $field:ident $kind:ident,)* })*) => {
        $(
            impl $crate::sample::Sample for $message {
                fn sample() -> (Self, $crate::field::Encoding) {
                    #[allow(unused_mut)]
                    let mut bytes = $crate::field::Encoding::new();
                    let value = Self {
                        $($field: {
                            let (value, encoding) = $crate::field::$kind($tag);
                            bytes.extend(encoding);
                            value
                        },)*
                    };
                    (value, bytes)
                }

                fn single_fields() -> Vec<(&'static str, Self, $crate::field::Encoding)> {
                    vec![$({
                        let (value, encoding) = $crate::field::$kind($tag);
                        #[allow(clippy::needless_update)]
                        let message = Self { $field: value, ..Default::default() };
                        (stringify!($field), message, encoding)
                    },)*]
                }
            }
        )*

        #[test]
        fn $test() {
            $($crate::sample::check::<$message>();)*
        }
    };
}
pub(crate) use tables;

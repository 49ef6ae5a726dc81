//! The deserializer methods that ask for one number each.

/// Writes `deserialize_u8` and its siblings, which differ only in the type.
macro_rules! integers {
    ($($method:ident $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(coerce::bounded::<$type>(&self.input)?)
        }
    )*};
}

pub(super) use integers;

//! `Debug` of the messages that may carry secrets: their shape, never their values.
//!
//! Written by hand because a derived `Debug` would put tokens and passwords into whatever log or
//! error message a request ends up in. Which messages these are is said twice: here and in the list
//! of the code generator, `cargo xtask codegen`.

mod database;
mod lease;
mod request;
mod response;
mod server;
mod token;

use std::collections::HashMap;
use std::fmt;

/// Shows how long a value is instead of the value.
struct Length(usize);

impl Length {
    fn of(value: &impl AsRef<[u8]>) -> Self {
        Self(value.as_ref().len())
    }
}

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0)
    }
}

/// Shows how many values there are instead of the values.
struct Count(usize);

impl Count {
    fn of<T>(values: &[T]) -> Self {
        Self(values.len())
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} values>", self.0)
    }
}

/// Shows the keys of a map, sorted.
struct Keys<'a>(Vec<&'a str>);

impl<'a> Keys<'a> {
    fn of<V>(map: &'a HashMap<String, V>) -> Self {
        Self::from_iter(map.keys())
    }

    fn from_iter(keys: impl Iterator<Item = &'a String>) -> Self {
        let mut keys: Vec<_> = keys.map(String::as_str).collect();
        keys.sort_unstable();
        Self(keys)
    }
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

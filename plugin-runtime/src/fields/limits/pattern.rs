//! Regular expressions in schemas.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use regex_lite::{Regex, RegexBuilder};

/// The largest compiled form of a pattern in bytes, as a guard against `(a{1000}){1000}`. The time
/// to match each character is proportional to it.
const MAX_COMPILED: usize = 256 << 10;

/// How many bytes of one request are compared with patterns at most. The engine processes about ten
/// million bytes per second, and other mounts wait meanwhile.
pub(super) const MAX_COMPARED: usize = 1 << 20;

/// A compiled regular expression.
pub(super) struct Pattern {
    source: String,
    regex: Regex,
}

/// The patterns in use, since each mount declares the same ones.
static COMPILED: Mutex<BTreeMap<String, Weak<Pattern>>> = Mutex::new(BTreeMap::new());

impl Pattern {
    /// Compiles a pattern, or reuses one that is in use.
    pub(super) fn of(source: &str) -> Result<Arc<Self>, String> {
        let mut compiled = COMPILED.lock();
        if let Some(known) = compiled.get(source).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let regex = RegexBuilder::new(source).size_limit(MAX_COMPILED).build();
        let regex = regex.map_err(|error| error.to_string())?;
        let pattern = Arc::new(Self { source: source.to_owned(), regex });
        compiled.retain(|_, pattern| pattern.strong_count() > 0);
        compiled.insert(source.to_owned(), Arc::downgrade(&pattern));
        Ok(pattern)
    }

    /// Returns what a text must be, if it does not match. As in JSON schema, a match anywhere in
    /// the text counts unless the pattern has anchors.
    pub(super) fn refuses(&self, text: &str, compared: &mut usize) -> Option<String> {
        *compared = compared.saturating_add(text.len());
        if *compared > MAX_COMPARED {
            return Some(format!(
                "is too long: at most {MAX_COMPARED} bytes of a request are compared with patterns"
            ));
        }
        (!self.regex.is_match(text)).then(|| format!("must match the pattern `{}`", self.source))
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.source).finish()
    }
}

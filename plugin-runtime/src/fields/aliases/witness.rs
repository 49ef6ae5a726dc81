//! What a type says while it is read, also to serde, which may try another variant instead.

use std::cell::Cell;

use serde::de::Unexpected;

use super::marker::Marker;

/// What was said.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Witnessed {
    /// Whether a marker was refused.
    pub(crate) marked: bool,
    /// The first bare marker that was.
    pub(crate) index: Option<u32>,
    /// The first field that was met twice.
    pub(crate) twice: Option<&'static str>,
}

thread_local! {
    // serde makes errors from nothing but their texts.
    static WITNESSED: Cell<Option<Witnessed>> = const { Cell::new(None) };
}

/// Reads and listens.
pub(crate) fn watch<T>(read: impl FnOnce() -> T) -> (T, Witnessed) {
    WITNESSED.set(Some(Witnessed::default()));
    let read = read();
    (read, WITNESSED.take().unwrap_or_default())
}

fn note(change: impl FnOnce(&mut Witnessed)) {
    if let Some(mut witnessed) = WITNESSED.get() {
        change(&mut witnessed);
        WITNESSED.set(Some(witnessed));
    }
}

/// Notes a value that was refused.
pub(crate) fn note_refused(found: Unexpected<'_>) {
    let index = match found {
        Unexpected::NewtypeStruct => None,
        Unexpected::Bytes(bytes) if Marker::is_in(bytes) => Marker::index_of(bytes),
        _ => return,
    };
    note(|witnessed| {
        witnessed.marked = true;
        witnessed.index = witnessed.index.or(index);
    });
}

/// Notes a field that was met twice.
pub(crate) fn note_twice(field: &'static str) {
    note(|witnessed| {
        witnessed.twice.get_or_insert(field);
    });
}

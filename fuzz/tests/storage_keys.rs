//! Storage in memory under any keys, against the simplest storage there is.
#![allow(clippy::expect_used, reason = "what serves the tests is test code too")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use plugin_fuzz::{Limits, target};
use plugin_runtime::{Storage, StorageEntry, StorageError};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_current_thread().build().expect("a runtime without threads");
}

/// What is stored, without folders, pages or locks.
type Model = BTreeMap<String, String>;

/// The names right below `prefix`, by looking at every key.
fn children(model: &Model, prefix: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for rest in model.keys().filter_map(|key| key.strip_prefix(prefix)) {
        let name: String = rest.split_inclusive('/').take(1).collect();
        names.extend((!name.is_empty()).then_some(name));
    }
    names.into_iter().collect()
}

fn is_legal(key: &str) -> bool {
    key.split('/').all(|segment| segment != "." && segment != "..")
}

/// Does what a line says: the first character what to do, the rest is a key, with a value or a
/// place in the list after a blank.
async fn step(storage: &Storage, model: &mut Model, line: &str) {
    let mut rest = line.chars();
    let action = rest.next();
    let (key, value) = rest.as_str().split_once(' ').unwrap_or((rest.as_str(), ""));
    let outcome = match action {
        Some('+') => {
            let entry = StorageEntry::new(key, value.to_owned());
            let put = storage.put_entry(entry).await;
            if put.is_ok() {
                model.insert(key.to_owned(), value.to_owned());
            }
            put
        }
        Some('-') => {
            let deleted = storage.delete(key).await;
            if deleted.is_ok() {
                model.remove(key);
            }
            deleted
        }
        Some('?') => storage.entry(key).await.map(|entry| {
            let found = entry.map(|entry| entry.value);
            assert_eq!(found.as_deref(), model.get(key).map(String::as_bytes), "{key:?}");
        }),
        Some('/') => list(storage, model, key, value).await,
        _ => return,
    };
    assert_eq!(outcome.is_ok(), is_legal(key), "{key:?}: {outcome:?}");
}

/// A list is what the model says, whole and page by page.
async fn list(
    storage: &Storage,
    model: &Model,
    prefix: &str,
    after: &str,
) -> Result<(), StorageError> {
    let names = storage.list(prefix).await?;
    assert_eq!(names, children(model, prefix), "below {prefix:?}");
    let behind = storage.list_page(prefix, after, 0).await?;
    assert!(names.iter().filter(|name| name.as_str() > after).eq(&behind), "after {after:?}");
    let mut paged: Vec<String> = Vec::new();
    while paged.len() <= names.len() {
        let last = paged.last().cloned().unwrap_or_default();
        let page = storage.list_page(prefix, &last, 2).await?;
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, names, "below {prefix:?}, page by page");
    Ok(())
}

/// What was done in a transaction is there after it was committed, and gone after it was not.
async fn in_transaction(storage: &Storage, model: &Model, text: &str) {
    let transaction = storage.begin().await.expect("memory has transactions");
    let mut changed = model.clone();
    for key in text.lines().filter(|key| is_legal(key)) {
        transaction.put(key.to_owned(), &1).await.expect("a legal key");
        changed.insert(key.to_owned(), "1".to_owned());
    }
    let commits = text.len().is_multiple_of(2);
    let ended = if commits { transaction.commit().await } else { transaction.roll_back().await };
    ended.expect("there is no other writer");
    let expected = if commits { &changed } else { model };
    assert_eq!(storage.list("").await.expect("the root"), children(expected, ""));
}

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let storage = Storage::in_memory();
    let mut model = Model::new();
    let work = async {
        for line in text.lines() {
            step(&storage, &mut model, line).await;
        }
        in_transaction(&storage, &model, &text).await;
    };
    // Transactions are rolled back by a task of their own.
    RUNTIME.with(|runtime| runtime.block_on(work));
}

target!(
    storage_keys,
    words: &[
        "\n+", "\n-", "\n?", "\n/", "+", " ", "a", "b", "role/", "/", "//", ".", "..", "../", "/.",
        "a/b/c", "a0", "a-", "a/", "\u{e4}", "\u{10ffff}", "\n+a/1 x", "\n+a/2 y", "\n/a/", "\n/",
    ],
    limits: Limits { time: Duration::from_secs(1), memory: 1 << 20, memory_per_byte: 1024 },
    check: check
);

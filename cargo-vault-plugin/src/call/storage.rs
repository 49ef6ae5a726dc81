//! What a plugin has stored, in a file of JSON.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context, Result};
use plugin_runtime::{Storage, StorageEntry};
use serde::{Deserialize, Serialize};

/// Every entry by its key.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Kept {
    entries: BTreeMap<String, Value>,
}

/// Most plugins store text. Other bytes are written as numbers.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

/// Puts what the file has into storage. A missing file has no entries.
///
/// # Errors
/// Fails if the file is there and cannot be read.
pub(super) async fn load(file: &Path, storage: &Storage) -> Result<()> {
    let reading = || format!("reading the storage in {}", file.display());
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(reading),
    };
    let kept: Kept = serde_json::from_slice(&text).with_context(reading)?;
    for (key, value) in kept.entries {
        let value = match value {
            Value::Text(text) => text.into_bytes(),
            Value::Bytes(bytes) => bytes,
        };
        storage.put_entry(StorageEntry::new(key, value)).await?;
    }
    Ok(())
}

/// Writes everything in storage to the file, in one step, for its owner alone.
///
/// # Errors
/// Fails if the file cannot be written.
pub(super) async fn save(file: &Path, storage: &Storage) -> Result<()> {
    let mut kept = Kept::default();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for name in storage.list(&folder).await? {
            let key = format!("{folder}{name}");
            if key.ends_with('/') {
                folders.push(key);
            } else if let Some(entry) = storage.entry(&key).await? {
                let value = match String::from_utf8(entry.value.to_vec()) {
                    Ok(text) => Value::Text(text),
                    Err(other) => Value::Bytes(other.into_bytes()),
                };
                kept.entries.insert(key, value);
            }
        }
    }
    let writing = || format!("writing the storage to {}", file.display());
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A temporary file is its owner's alone from the beginning.
    let mut new = tempfile::NamedTempFile::new_in(folder).with_context(writing)?;
    new.write_all(&serde_json::to_vec_pretty(&kept)?).with_context(writing)?;
    new.persist(file).with_context(writing)?;
    Ok(())
}

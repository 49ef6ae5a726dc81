#![doc = include_str!("../README.md")]

use plugin_runtime::framework::answer::Keys;
use plugin_runtime::framework::extract::{MountPoint, Path};
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{Data, DataError, Error, Response, Result, Storage, StorageEntry};

/// Returns a key-value store: what is written to a path is what is read from it, until it is
/// deleted.
///
/// It keeps nothing itself. The data belong to the mount; policies decide who may read them. Fields
/// are neither parsed nor copied: they are stored as the text in which they came.
pub fn engine() -> Framework<()> {
    let documents = read(read_document)
        .write(write_document)
        .exists(has_document)
        .delete(delete_document)
        .list(list_documents)
        .synopsis("Stores documents of any fields.")
        .description(
            "Keeps the fields that are written to a path, whatever they are, until the path is \
             deleted or written again. A list has the names directly below a path; folders end in \
             a slash.",
        );
    Framework::secrets(())
        .description("A key-value store in the server's encrypted storage.")
        .path("{path*}", documents)
}

async fn read_document(
    Path(path): Path<String>,
    MountPoint(mount_point): MountPoint,
    storage: Storage,
) -> Result<Response> {
    let key = key_of(path)?;
    match storage.entry(&key).await? {
        Some(entry) => Response::from_text(entry.value),
        None => Ok(Response::error(format!("No value at {mount_point}{key}"))),
    }
}

async fn write_document(Path(path): Path<String>, document: Data, storage: Storage) -> Result<()> {
    let key = key_of(path)?;
    if document.field_count()? == 0 {
        return Err(Error::bad_request("data must be provided to store in secret"));
    }
    // Refused now, as no server would give it back.
    document.check_response().map_err(|error| match error {
        DataError::Misread(misread) => Error::bad_request(misread.to_string()),
        error => error.into(),
    })?;
    Ok(storage.put_entry(StorageEntry::new(key, document.into_bytes())).await?)
}

async fn has_document(Path(path): Path<String>, storage: Storage) -> Result<bool> {
    Ok(storage.entry(&path).await?.is_some())
}

async fn delete_document(Path(path): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.delete(&key_of(path)?).await?)
}

async fn list_documents(Path(folder): Path<String>, storage: Storage) -> Result<Keys> {
    Ok(Keys(storage.list(&folder).await?))
}

/// Returns the storage key of a path: the path itself.
fn key_of(path: String) -> Result<String> {
    if path.is_empty() || path.ends_with('/') {
        return Err(Error::bad_request("a path must be given, without a slash at its end"));
    }
    Ok(path)
}

#![doc = include_str!("../README.md")]

use plugin_runtime::{
    Backend, BackendType, DataError, Error, Operation, Request, Response, StorageEntry,
};

/// A key-value store: what is written to a path is what is read from it, until it is deleted.
///
/// It keeps nothing itself. The data belong to the mount, whoever wrote them; who may read them is
/// the policies' business.
#[derive(Clone, Copy, Debug, Default)]
pub struct KvMock;

impl Backend for KvMock {
    fn kind(&self) -> BackendType {
        BackendType::Secrets
    }

    async fn handle(&self, request: Request) -> Result<Option<Response>, Error> {
        match request.operation {
            Operation::Create | Operation::Update => write(request).await.map(|()| None),
            Operation::Read => read(&request).await.map(Some),
            Operation::Delete => delete(&request).await.map(|()| None),
            Operation::List => list(&request).await.map(Some),
            _ => Err(Error::unsupported_operation()),
        }
    }

    async fn exists(&self, request: &Request) -> Result<Option<bool>, Error> {
        let entry = request.storage.entry(&request.path).await?;
        Ok(Some(entry.is_some()))
    }
}

async fn write(request: Request) -> Result<(), Error> {
    let key = key_of(&request)?.to_owned();
    if request.data.field_count()? == 0 {
        return Err(Error::bad_request("data must be provided to store in secret"));
    }
    // Refused now, as no server would give it back.
    request.data.check_response().map_err(|error| match error {
        DataError::Misread(misread) => Error::bad_request(misread.to_string()),
        error => error.into(),
    })?;
    request.storage.put_entry(StorageEntry::new(key, request.data.into_bytes())).await?;
    Ok(())
}

async fn read(request: &Request) -> Result<Response, Error> {
    let key = key_of(request)?;
    match request.storage.entry(key).await? {
        Some(entry) => Response::from_data(plugin_runtime::Data::from_text(entry.value)?),
        None => Ok(Response::error(format!("No value at {}{key}", request.mount_point))),
    }
}

async fn delete(request: &Request) -> Result<(), Error> {
    request.storage.delete(key_of(request)?).await?;
    Ok(())
}

async fn list(request: &Request) -> Result<Response, Error> {
    Ok(Response::keys(request.storage.list(&request.path).await?))
}

/// The storage key of a request: its path.
fn key_of(request: &Request) -> Result<&str, Error> {
    let path = request.path.as_str();
    if path.is_empty() || path.ends_with('/') {
        return Err(Error::bad_request("a path must be given, without a slash at its end"));
    }
    Ok(path)
}

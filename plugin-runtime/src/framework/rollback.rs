//! The server's tick of every minute: periodic work, then what was left half done.

use super::dispatch::Dispatch;
use super::wal::{PREFIX, WalHandler};
use crate::{Data, Error, Operation, Request, Response};

pub(super) async fn run<S: Send + Sync + 'static>(
    backend: &Dispatch<S>,
    request: &Request,
) -> Result<Option<Response>, Error> {
    let periodic = match &backend.declared.periodic {
        Some(periodic) => backend.run(periodic, request).await,
        None => Ok(()),
    };
    let failures = match &backend.declared.wal {
        Some(handler) => roll_back(backend, handler, request).await,
        None => Vec::new(),
    };
    periodic?;
    Ok((!failures.is_empty()).then(|| Response::error(failures.join("; "))))
}

/// Undoes each entry that is due; the others' failures do not hold it up.
async fn roll_back<S: Send + Sync + 'static>(
    backend: &Dispatch<S>,
    handler: &WalHandler<S>,
    request: &Request,
) -> Vec<String> {
    let immediate =
        request.data.field_names().is_ok_and(|names| names.iter().any(|n| n == "immediate"));
    let ids = match request.storage.list(PREFIX).await {
        Ok(ids) => ids,
        Err(error) => return vec![error.to_string()],
    };
    let mut failures = Vec::new();
    for id in ids {
        if let Err(error) = roll_back_one(backend, handler, request, &id, immediate).await {
            failures.push(format!("{id}: {error}"));
        }
    }
    failures
}

async fn roll_back_one<S: Send + Sync + 'static>(
    backend: &Dispatch<S>,
    handler: &WalHandler<S>,
    request: &Request,
    id: &str,
    immediate: bool,
) -> Result<(), Error> {
    let key = format!("{PREFIX}{id}");
    // Struck by another request in the meantime.
    let Some(entry) = request.storage.entry(&key).await? else { return Ok(()) };
    let due = handler.is_due(&entry.value).map_err(|error| {
        Error::internal("the write-ahead log's entry cannot be read").with_source(error)
    })?;
    if !due && !immediate {
        return Ok(());
    }
    let data = Data::from_text(entry.value)?;
    let mut one = Request::new(Operation::Rollback, key.clone(), data, request.storage.clone());
    one.system_view = request.system_view.clone();
    one.mount_point.clone_from(&request.mount_point);
    one.deadline = request.deadline;
    backend.run(&handler.handler, &one).await?;
    request.storage.delete(&key).await?;
    Ok(())
}

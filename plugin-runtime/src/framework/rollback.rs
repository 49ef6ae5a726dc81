//! The server's tick of every minute: periodic work, then the rollback of unfinished work. Servers
//! call every node that serves reads.

use super::dispatch::{Declared, Dispatch};
use super::wal::{PREFIX, WalHandler};
use crate::{Data, Error, Operation, Request, Response};

pub(super) async fn run<S: Send + Sync + 'static>(
    backend: &Dispatch<S>,
    request: &Request,
) -> Result<Option<Response>, Error> {
    let declared = &*backend.declared;
    let mut errors = Vec::new();
    let here = match whether_work_is_done_here(declared, request).await {
        Ok(here) => here,
        Err(error) => {
            errors.push(error);
            false
        }
    };
    let periodic = declared.periodic.as_ref().filter(|_| here);
    for work in periodic.into_iter().chain(&declared.periodic_on_every_node) {
        errors.extend(backend.run(work, request).await.err());
    }
    let failures = match &declared.wal {
        Some(handler) if here || handler.on_every_node => {
            roll_back(backend, handler, request).await
        }
        _ => Vec::new(),
    };
    match all_of(errors) {
        Some(error) => Err(error),
        None => Ok((!failures.is_empty()).then(|| Response::error(failures.join("; ")))),
    }
}

/// Returns whether this node does the work that only one node must do. Asks the server only if
/// there is such work.
async fn whether_work_is_done_here<S>(
    declared: &Declared<S>,
    request: &Request,
) -> Result<bool, Error> {
    let rolls_back = declared.wal.as_ref().is_some_and(|handler| !handler.on_every_node);
    if declared.periodic.is_none() && !rolls_back {
        return Ok(false);
    }
    let here = request.system_view.may_write().await?;
    if !here {
        tracing::trace!("periodic work and rollback are left to the node that may write");
    }
    Ok(here)
}

/// Combines the errors into one; a single error stays as it is.
fn all_of(mut errors: Vec<Error>) -> Option<Error> {
    if errors.len() < 2 {
        return errors.pop();
    }
    let texts: Vec<_> = errors.iter().map(Error::message).collect();
    Some(Error::new(texts.join("; ")))
}

/// Undoes each entry that is due; the failures of some do not delay the others.
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
    // Another request has removed it in the meantime.
    let Some(entry) = request.storage.entry(&key).await? else { return Ok(()) };
    let due = handler.is_due(&entry.value, request.system_view.clock()).map_err(|error| {
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

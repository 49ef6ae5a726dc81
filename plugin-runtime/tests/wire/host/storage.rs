//! A server's storage, in memory: it records every call, and can be made to misbehave.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;
use plugin_proto::pb;
use plugin_proto::pb::storage_server::Storage;
use tokio::sync::{Notify, watch};
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status, async_trait};

use super::PATIENCE;

/// A fault: what a method does instead of its work.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Does not answer until [`HostStorage::release`], and then does its work.
    Stall,
    /// Fails in the reply.
    Reply(&'static str),
    /// Fails as a gRPC call.
    Status(Code, &'static str),
    /// Begins a transaction without returning its identifier.
    NoTransaction,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Pending,
    Answered,
    Cancelled,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    /// The key, or the prefix of a list.
    pub(crate) key: String,
    pub(crate) transaction: String,
    /// The `grpc-timeout` as it arrived.
    pub(crate) timeout: Option<String>,
    pub(crate) end: End,
}

#[derive(Default)]
pub(crate) struct HostStorage {
    entries: Mutex<BTreeMap<String, pb::StorageEntry>>,
    open: Mutex<HashMap<String, BTreeMap<String, Option<pb::StorageEntry>>>>,
    begun: Mutex<u32>,
    faults: Mutex<HashMap<&'static str, Fault>>,
    released: Notify,
    calls: watch::Sender<Vec<Call>>,
}

impl HostStorage {
    pub(crate) fn fail(&self, method: &'static str, fault: Fault) {
        self.faults.lock().insert(method, fault);
    }

    /// Releases stalled calls, and ends all faults.
    pub(crate) fn release(&self) {
        self.faults.lock().clear();
        self.released.notify_waiters();
    }

    pub(crate) fn put_directly(&self, key: &str, value: &str) {
        let entry = pb::StorageEntry {
            key: key.to_owned(),
            value: value.as_bytes().to_vec().into(),
            seal_wrap: false,
        };
        self.entries.lock().insert(key.to_owned(), entry);
    }

    pub(crate) fn stored(&self, key: &str) -> Option<pb::StorageEntry> {
        self.entries.lock().get(key).cloned()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// Returns the names of the called methods, in order.
    pub(crate) fn methods(&self) -> Vec<&'static str> {
        self.calls.borrow().iter().map(|call| call.method).collect()
    }

    pub(crate) fn count(&self, method: &str) -> usize {
        self.calls.borrow().iter().filter(|call| call.method == method).count()
    }

    pub(crate) fn open_transactions(&self) -> usize {
        self.open.lock().len()
    }

    /// Waits until the calls fulfil a condition.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        let mut calls = self.calls.subscribe();
        let found = tokio::time::timeout(PATIENCE, calls.wait_for(|calls| condition(calls))).await;
        match found {
            Ok(calls) => calls.expect("the sender lives").clone(),
            Err(_) => panic!("waited in vain for {what}: {:?}", self.calls()),
        }
    }

    /// Records a call, and applies its fault. Returns the reply's `err`.
    async fn enter(
        &self,
        method: &'static str,
        key: &str,
        transaction: &str,
        metadata: &MetadataMap,
    ) -> Result<(Noted<'_>, String), Status> {
        let timeout = metadata.get("grpc-timeout").and_then(|value| value.to_str().ok());
        let mut index = 0;
        self.calls.send_modify(|calls| {
            index = calls.len();
            calls.push(Call {
                method,
                key: key.to_owned(),
                transaction: transaction.to_owned(),
                timeout: timeout.map(str::to_owned),
                end: End::Pending,
            });
        });
        let noted = Noted { storage: self, index, end: End::Cancelled };
        let fault = self.faults.lock().get(method).cloned();
        match fault {
            None | Some(Fault::NoTransaction) => Ok((noted, String::new())),
            Some(Fault::Stall) => {
                self.released.notified().await;
                Ok((noted, String::new()))
            }
            Some(Fault::Reply(text)) => Ok((noted, text.to_owned())),
            Some(Fault::Status(code, text)) => {
                noted.answer(());
                Err(Status::new(code, text))
            }
        }
    }

    fn change(&self, transaction: &str, key: String, entry: Option<pb::StorageEntry>) {
        // An identifier that is not open does not count as a transaction, as on a real server.
        if let Some(changes) = self.open.lock().get_mut(transaction) {
            changes.insert(key, entry);
            return;
        }
        let mut entries = self.entries.lock();
        match entry {
            Some(entry) => entries.insert(key, entry),
            None => entries.remove(&key),
        };
    }

    fn visible(&self, transaction: &str) -> BTreeMap<String, pb::StorageEntry> {
        let mut entries = self.entries.lock().clone();
        for (key, entry) in self.open.lock().get(transaction).into_iter().flatten() {
            match entry {
                Some(entry) => entries.insert(key.clone(), entry.clone()),
                None => entries.remove(key),
            };
        }
        entries
    }

    fn children(&self, transaction: &str, prefix: &str) -> Vec<String> {
        let child = |key: &String| {
            let rest = key.strip_prefix(prefix)?;
            Some(rest.find('/').map_or(rest, |slash| &rest[..=slash]).to_owned())
        };
        let mut names: Vec<String> = self.visible(transaction).keys().filter_map(child).collect();
        names.dedup();
        names
    }

    async fn begin(
        &self,
        method: &'static str,
        metadata: &MetadataMap,
    ) -> Result<Response<pb::StorageBeginTxReply>, Status> {
        let (noted, err) = self.enter(method, "", "", metadata).await?;
        let silent = matches!(self.faults.lock().get(method), Some(Fault::NoTransaction));
        let txn = if err.is_empty() && !silent {
            let mut begun = self.begun.lock();
            *begun += 1;
            let id = format!("transaction-{begun}");
            self.open.lock().insert(id.clone(), BTreeMap::new());
            id
        } else {
            String::new()
        };
        Ok(noted.answer(Response::new(pb::StorageBeginTxReply { txn, err })))
    }

    async fn finish(
        &self,
        method: &'static str,
        transaction: &str,
        metadata: &MetadataMap,
    ) -> Result<String, Status> {
        let (noted, err) = self.enter(method, "", transaction, metadata).await?;
        let changes = self.open.lock().remove(transaction);
        let Some(changes) = changes else {
            noted.answer(());
            return Err(Status::unknown("missing storage implementation"));
        };
        if method == "Commit" && err.is_empty() {
            for (key, entry) in changes {
                self.change("", key, entry);
            }
        }
        Ok(noted.answer(err))
    }
}

/// A running call; if it is dropped without an answer, it was cancelled.
struct Noted<'a> {
    storage: &'a HostStorage,
    index: usize,
    end: End,
}

impl Noted<'_> {
    fn answer<T>(mut self, answer: T) -> T {
        self.end = End::Answered;
        answer
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.storage.calls.send_modify(|calls| calls[self.index].end = self.end);
    }
}

type GrpcResult<T> = Result<Response<T>, Status>;

#[async_trait]
impl Storage for HostStorage {
    async fn list(
        &self,
        request: Request<pb::StorageListArgs>,
    ) -> GrpcResult<pb::StorageListReply> {
        let (metadata, _, args) = request.into_parts();
        let (noted, err) = self.enter("List", &args.prefix, &args.txn, &metadata).await?;
        let keys = self.children(&args.txn, &args.prefix);
        Ok(noted.answer(Response::new(pb::StorageListReply { keys, err })))
    }

    async fn list_page(
        &self,
        request: Request<pb::StorageListPageArgs>,
    ) -> GrpcResult<pb::StorageListReply> {
        let (metadata, _, args) = request.into_parts();
        let (noted, err) = self.enter("ListPage", &args.prefix, &args.txn, &metadata).await?;
        let limit = usize::try_from(args.limit).ok().filter(|limit| *limit > 0);
        let keys = self
            .children(&args.txn, &args.prefix)
            .into_iter()
            .filter(|key| *key > args.after)
            .take(limit.unwrap_or(usize::MAX))
            .collect();
        Ok(noted.answer(Response::new(pb::StorageListReply { keys, err })))
    }

    async fn get(&self, request: Request<pb::StorageGetArgs>) -> GrpcResult<pb::StorageGetReply> {
        let (metadata, _, args) = request.into_parts();
        let (noted, err) = self.enter("Get", &args.key, &args.txn, &metadata).await?;
        let entry = self.visible(&args.txn).remove(&args.key).filter(|_| err.is_empty());
        Ok(noted.answer(Response::new(pb::StorageGetReply { entry, err })))
    }

    async fn put(&self, request: Request<pb::StoragePutArgs>) -> GrpcResult<pb::StoragePutReply> {
        let (metadata, _, args) = request.into_parts();
        let entry = args.entry.ok_or_else(|| Status::unknown("nil entry"))?;
        let (noted, err) = self.enter("Put", &entry.key, &args.txn, &metadata).await?;
        if err.is_empty() {
            self.change(&args.txn, entry.key.clone(), Some(entry));
        }
        Ok(noted.answer(Response::new(pb::StoragePutReply { err })))
    }

    async fn delete(
        &self,
        request: Request<pb::StorageDeleteArgs>,
    ) -> GrpcResult<pb::StorageDeleteReply> {
        let (metadata, _, args) = request.into_parts();
        let (noted, err) = self.enter("Delete", &args.key, &args.txn, &metadata).await?;
        if err.is_empty() {
            self.change(&args.txn, args.key, None);
        }
        Ok(noted.answer(Response::new(pb::StorageDeleteReply { err })))
    }

    async fn is_transactional(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::StorageIsTransactionalReply> {
        let (noted, err) = self.enter("IsTransactional", "", "", request.metadata()).await?;
        let transactional = err.is_empty();
        Ok(noted.answer(Response::new(pb::StorageIsTransactionalReply { transactional })))
    }

    async fn begin_read_only_tx(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::StorageBeginTxReply> {
        self.begin("BeginReadOnlyTx", request.metadata()).await
    }

    async fn begin_tx(&self, request: Request<pb::Empty>) -> GrpcResult<pb::StorageBeginTxReply> {
        self.begin("BeginTx", request.metadata()).await
    }

    async fn commit(
        &self,
        request: Request<pb::StorageCommitTxArgs>,
    ) -> GrpcResult<pb::StorageCommitTxReply> {
        let (metadata, _, args) = request.into_parts();
        let err = self.finish("Commit", &args.txn, &metadata).await?;
        Ok(Response::new(pb::StorageCommitTxReply { err }))
    }

    async fn rollback(
        &self,
        request: Request<pb::StorageRollbackTxArgs>,
    ) -> GrpcResult<pb::StorageRollbackTxReply> {
        let (metadata, _, args) = request.into_parts();
        let err = self.finish("Rollback", &args.txn, &metadata).await?;
        Ok(Response::new(pb::StorageRollbackTxReply { err }))
    }
}

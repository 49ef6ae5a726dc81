//! `pb.Storage`: what a plugin calls on its brokered connection.

use plugin_proto::pb;
use plugin_proto::pb::storage_server::Storage;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, async_trait};

use super::MountStorage;
use plugin_runtime::__private::rpc::deadline;
use plugin_runtime::__private::storage::{Call, StorageBackend as _};
use plugin_runtime::{StorageEntry, StorageError};

type GrpcResult<T> = Result<Response<T>, Status>;

/// The service of one mount.
#[derive(Clone, Debug)]
pub(crate) struct StorageService {
    storage: MountStorage,
}

impl StorageService {
    pub(crate) fn new(storage: MountStorage) -> Self {
        Self { storage }
    }

    fn transactional(&self) -> Result<(), Status> {
        if self.storage.is_transactional() {
            Ok(())
        } else {
            Err(Status::unimplemented("unknown method for service pb.Storage"))
        }
    }

    async fn begin(
        &self,
        read_only: bool,
        metadata: &MetadataMap,
    ) -> GrpcResult<pb::StorageBeginTxReply> {
        self.transactional()?;
        let call = Call { transaction: "", deadline: deadline(metadata) };
        let (txn, err) = said(self.storage.begin(read_only, call).await)?;
        Ok(Response::new(pb::StorageBeginTxReply { txn, err }))
    }
}

/// Returns the answer, or the text of the refusal beside an empty one. What is not a refusal of
/// storage's own is an error of the call.
fn said<T: Default>(answer: Result<T, StorageError>) -> Result<(T, String), Status> {
    match answer {
        Ok(answer) => Ok((answer, String::new())),
        Err(StorageError::DeadlineExceeded) => {
            Err(Status::deadline_exceeded("context deadline exceeded"))
        }
        Err(StorageError::TransactionEnded) => {
            Err(Status::unknown("transaction has been committed or rolled back"))
        }
        Err(error) => Ok((T::default(), error.to_string())),
    }
}

fn call<'a>(transaction: &'a str, metadata: &MetadataMap) -> Call<'a> {
    Call { transaction, deadline: deadline(metadata) }
}

#[async_trait]
impl Storage for StorageService {
    async fn get(&self, request: Request<pb::StorageGetArgs>) -> GrpcResult<pb::StorageGetReply> {
        let (metadata, _, args) = request.into_parts();
        let found = self.storage.get(&args.key, call(&args.txn, &metadata)).await;
        let (entry, err) = said(found)?;
        let entry = entry.map(|entry| pb::StorageEntry {
            key: entry.key,
            value: entry.value,
            seal_wrap: entry.seal_wrap,
        });
        Ok(Response::new(pb::StorageGetReply { entry, err }))
    }

    async fn put(&self, request: Request<pb::StoragePutArgs>) -> GrpcResult<pb::StoragePutReply> {
        let (metadata, _, args) = request.into_parts();
        let Some(entry) = args.entry else {
            let err = "cannot write a nil entry".to_owned();
            return Ok(Response::new(pb::StoragePutReply { err }));
        };
        let entry = StorageEntry { key: entry.key, value: entry.value, seal_wrap: entry.seal_wrap };
        let ((), err) = said(self.storage.put(entry, call(&args.txn, &metadata)).await)?;
        Ok(Response::new(pb::StoragePutReply { err }))
    }

    async fn delete(
        &self,
        request: Request<pb::StorageDeleteArgs>,
    ) -> GrpcResult<pb::StorageDeleteReply> {
        let (metadata, _, args) = request.into_parts();
        let deleted = self.storage.delete(&args.key, call(&args.txn, &metadata)).await;
        let ((), err) = said(deleted)?;
        Ok(Response::new(pb::StorageDeleteReply { err }))
    }

    async fn list(
        &self,
        request: Request<pb::StorageListArgs>,
    ) -> GrpcResult<pb::StorageListReply> {
        let (metadata, _, args) = request.into_parts();
        let found = self.storage.list(&args.prefix, call(&args.txn, &metadata)).await;
        let (keys, err) = said(found)?;
        Ok(Response::new(pb::StorageListReply { keys, err }))
    }

    async fn list_page(
        &self,
        request: Request<pb::StorageListPageArgs>,
    ) -> GrpcResult<pb::StorageListReply> {
        if !self.storage.has_pages() {
            return Err(Status::unimplemented("unknown method ListPage for service pb.Storage"));
        }
        let (metadata, _, args) = request.into_parts();
        // A missing or negative limit means unlimited.
        let limit = usize::try_from(args.limit).unwrap_or_default();
        let call = call(&args.txn, &metadata);
        let found = self.storage.list_page(&args.prefix, &args.after, limit, call).await;
        let (keys, err) = said(found)?;
        Ok(Response::new(pb::StorageListReply { keys, err }))
    }

    async fn is_transactional(
        &self,
        _: Request<pb::Empty>,
    ) -> GrpcResult<pb::StorageIsTransactionalReply> {
        self.transactional()?;
        Ok(Response::new(pb::StorageIsTransactionalReply { transactional: true }))
    }

    async fn begin_read_only_tx(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::StorageBeginTxReply> {
        self.begin(true, request.metadata()).await
    }

    async fn begin_tx(&self, request: Request<pb::Empty>) -> GrpcResult<pb::StorageBeginTxReply> {
        self.begin(false, request.metadata()).await
    }

    async fn commit(
        &self,
        request: Request<pb::StorageCommitTxArgs>,
    ) -> GrpcResult<pb::StorageCommitTxReply> {
        self.transactional()?;
        let (metadata, _, args) = request.into_parts();
        let ((), err) = said(self.storage.commit(call(&args.txn, &metadata)).await)?;
        Ok(Response::new(pb::StorageCommitTxReply { err }))
    }

    async fn rollback(
        &self,
        request: Request<pb::StorageRollbackTxArgs>,
    ) -> GrpcResult<pb::StorageRollbackTxReply> {
        self.transactional()?;
        let (metadata, _, args) = request.into_parts();
        let ((), err) = said(self.storage.roll_back(call(&args.txn, &metadata)).await)?;
        Ok(Response::new(pb::StorageRollbackTxReply { err }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MountState, Store};
    use super::*;

    fn service(store: &Store, state: MountState) -> StorageService {
        let mount = store.mount("m");
        mount.set_state(state);
        StorageService::new(mount)
    }

    fn put(key: &str) -> Request<pb::StoragePutArgs> {
        let entry = pb::StorageEntry { key: key.to_owned(), ..Default::default() };
        Request::new(pb::StoragePutArgs { entry: Some(entry), txn: String::new() })
    }

    #[tokio::test]
    async fn refusals_are_texts_in_the_reply() {
        let store = Store::new();
        let service = service(&store, MountState::Ready);
        let text = async |request| service.put(request).await.unwrap().into_inner().err;
        assert_eq!(text(put("a")).await, "");
        assert_eq!(text(put("a/../b")).await, "relative paths not supported");
        assert_eq!(
            text(Request::new(pb::StoragePutArgs::default())).await,
            "cannot write a nil entry"
        );
        service.storage.set_state(MountState::ReadOnly);
        assert_eq!(text(put("a")).await, "cannot write to readonly storage");
    }

    #[tokio::test]
    async fn ended_transactions_and_vaults_lacks_are_errors_of_the_call() {
        let store = Store::new();
        let service_of_bao = service(&store, MountState::Ready);
        let txn =
            service_of_bao.begin_tx(Request::new(pb::Empty {})).await.unwrap().into_inner().txn;
        let commit = || Request::new(pb::StorageCommitTxArgs { txn: txn.clone() });
        assert_eq!(service_of_bao.commit(commit()).await.unwrap().into_inner().err, "");
        assert_eq!(service_of_bao.commit(commit()).await.unwrap_err().code(), tonic::Code::Unknown);
        let vault = service(&Store::like_vault(), MountState::Ready);
        let status = vault.is_transactional(Request::new(pb::Empty {})).await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::Unimplemented);
        let page = Request::new(pb::StorageListPageArgs::default());
        assert_eq!(vault.list_page(page).await.unwrap_err().code(), tonic::Code::Unimplemented);
    }
}

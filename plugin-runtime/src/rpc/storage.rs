//! The client of `pb.Storage`, which a server serves on each mount's brokered connection.

use futures_util::FutureExt as _;
use plugin_proto::pb;
use plugin_proto::pb::storage_client::StorageClient;
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;
use tonic::{Code, Status};

use super::MOST_BYTES;
use super::call::{reason, request, timed};
use crate::storage::{Call, Names, StorageBackend, StorageFuture};
use crate::transport::Channel;
use crate::{StorageEntry, StorageError};

/// A server's storage.
#[derive(Debug)]
pub(super) struct RemoteStorage {
    client: StorageClient<Channel>,
    /// Asked once per mount; the Go SDK asks before every request.
    transactional: OnceCell<bool>,
    /// Whether the server answers `ListPage`; Vault does not.
    pages: OnceCell<()>,
    tasks: TaskTracker,
}

impl RemoteStorage {
    pub(super) fn new(channel: Channel, tasks: TaskTracker) -> Self {
        Self {
            client: StorageClient::with_origin(channel.clone(), channel.origin())
                .max_decoding_message_size(MOST_BYTES)
                .max_encoding_message_size(MOST_BYTES),
            transactional: OnceCell::new(),
            pages: OnceCell::new(),
            tasks,
        }
    }

    async fn all_keys(&self, prefix: &str, call: Call<'_>) -> Result<Vec<String>, StorageError> {
        let args =
            pb::StorageListArgs { prefix: prefix.to_owned(), txn: call.transaction.to_owned() };
        let mut client = self.client.clone();
        let reply = timed(call.deadline, client.list(request(args, call.deadline))).await;
        let reply = reply.map_err(refused)?;
        done(reply.err).map(|()| reply.keys)
    }
}

/// Returns the names after `after`, cut from the whole list of a server without `ListPage`.
fn rest(mut keys: Vec<String>, after: &str) -> Vec<String> {
    keys.sort_unstable();
    let from = keys.partition_point(|key| key.as_str() <= after);
    keys.drain(..from);
    keys
}

fn done(err: String) -> Result<(), StorageError> {
    if err.is_empty() { Ok(()) } else { Err(StorageError::from_text(err)) }
}

/// Converts a gRPC status: of the transport, or from a server that cannot do something.
fn refused(status: Status) -> StorageError {
    match status.code() {
        Code::DeadlineExceeded => StorageError::DeadlineExceeded,
        // A server's own errors have this code; the transport's have others.
        Code::Unknown if !is_local(&status) => StorageError::from_text(status.message().to_owned()),
        _ => StorageError::Unreachable { reason: reason(&status) },
    }
}

/// Returns whether the status was created on this side, because the connection failed, and not by
/// the server.
fn is_local(status: &Status) -> bool {
    std::error::Error::source(status).is_some()
}

fn limit_to_wire(limit: usize) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}

impl StorageBackend for RemoteStorage {
    fn get<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, Option<StorageEntry>> {
        let args = pb::StorageGetArgs { key: key.to_owned(), txn: call.transaction.to_owned() };
        let mut client = self.client.clone();
        async move {
            let reply = timed(call.deadline, client.get(request(args, call.deadline))).await;
            let reply = reply.map_err(refused)?;
            done(reply.err)?;
            Ok(reply.entry.map(|entry| StorageEntry {
                key: entry.key,
                value: entry.value,
                seal_wrap: entry.seal_wrap,
            }))
        }
        .boxed()
    }

    fn put<'a>(&'a self, entry: StorageEntry, call: Call<'a>) -> StorageFuture<'a, ()> {
        let entry =
            pb::StorageEntry { key: entry.key, value: entry.value, seal_wrap: entry.seal_wrap };
        let args = pb::StoragePutArgs { entry: Some(entry), txn: call.transaction.to_owned() };
        let mut client = self.client.clone();
        async move {
            let reply = timed(call.deadline, client.put(request(args, call.deadline))).await;
            done(reply.map_err(refused)?.err)
        }
        .boxed()
    }

    fn delete<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, ()> {
        let args = pb::StorageDeleteArgs { key: key.to_owned(), txn: call.transaction.to_owned() };
        let mut client = self.client.clone();
        async move {
            let reply = timed(call.deadline, client.delete(request(args, call.deadline))).await;
            done(reply.map_err(refused)?.err)
        }
        .boxed()
    }

    fn list<'a>(&'a self, prefix: &'a str, call: Call<'a>) -> StorageFuture<'a, Vec<String>> {
        self.all_keys(prefix, call).boxed()
    }

    fn list_page<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Vec<String>> {
        async move {
            let mut names = self.names(prefix, after, limit, call).await?.names;
            if limit > 0 {
                names.truncate(limit);
            }
            Ok(names)
        }
        .boxed()
    }

    fn names<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Names> {
        async move {
            let emulated = async || {
                let keys = self.all_keys(prefix, call).await?;
                Ok(Names { names: rest(keys, after), more: false })
            };
            if self.pages.initialized() {
                return emulated().await;
            }
            let args = pb::StorageListPageArgs {
                prefix: prefix.to_owned(),
                after: after.to_owned(),
                limit: limit_to_wire(limit),
                txn: call.transaction.to_owned(),
            };
            let mut client = self.client.clone();
            match timed(call.deadline, client.list_page(request(args, call.deadline))).await {
                Ok(reply) => done(reply.err)
                    .map(|()| Names { more: reply.keys.len() >= limit, names: reply.keys }),
                Err(status) if status.code() == Code::Unimplemented => {
                    // Another call may have learned it at the same time.
                    let _ = self.pages.set(());
                    emulated().await
                }
                Err(status) => Err(refused(status)),
            }
        }
        .boxed()
    }

    fn is_transactional<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, bool> {
        async move {
            let ask = async || {
                let mut client = self.client.clone();
                let args = request(pb::Empty {}, call.deadline);
                match timed(call.deadline, client.is_transactional(args)).await {
                    Ok(reply) => Ok(reply.transactional),
                    Err(status) if status.code() == Code::Unimplemented => Ok(false),
                    Err(status) => Err(refused(status)),
                }
            };
            self.transactional.get_or_try_init(ask).await.copied()
        }
        .boxed()
    }

    fn begin<'a>(&'a self, read_only: bool, call: Call<'a>) -> StorageFuture<'a, String> {
        async move {
            if !self.is_transactional(call).await? {
                return Err(StorageError::NotTransactional);
            }
            let mut client = self.client.clone();
            let args = request(pb::Empty {}, call.deadline);
            let reply = if read_only {
                timed(call.deadline, client.begin_read_only_tx(args)).await
            } else {
                timed(call.deadline, client.begin_tx(args)).await
            };
            let reply = reply.map_err(refused)?;
            done(reply.err)?;
            Ok(reply.txn)
        }
        .boxed()
    }

    fn commit<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        let args = pb::StorageCommitTxArgs { txn: call.transaction.to_owned() };
        let mut client = self.client.clone();
        async move {
            let reply = timed(call.deadline, client.commit(request(args, call.deadline))).await;
            done(reply.map_err(refused)?.err)
        }
        .boxed()
    }

    fn roll_back<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        let args = pb::StorageRollbackTxArgs { txn: call.transaction.to_owned() };
        let mut client = self.client.clone();
        async move {
            let reply = timed(call.deadline, client.rollback(request(args, call.deadline))).await;
            done(reply.map_err(refused)?.err)
        }
        .boxed()
    }

    fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_name_is_cut_from_the_whole_list() {
        let keys = || ["a/", "b", "a", "c"].map(str::to_owned).to_vec();
        assert_eq!(rest(keys(), ""), ["a", "a/", "b", "c"]);
        assert_eq!(rest(keys(), "a"), ["a/", "b", "c"]);
        assert_eq!(rest(keys(), "aa"), ["b", "c"], "`after` need not exist");
        assert_eq!(rest(keys(), "c"), [""; 0]);
    }

    #[test]
    fn a_servers_own_text_is_kept_and_a_broken_connection_is_told_apart() {
        let server = Status::unknown("missing storage implementation: did something go wrong?");
        assert!(matches!(refused(server), StorageError::Refused(_)));
        let broken = Status::from_error(Box::new(std::io::Error::other("broken")));
        assert!(matches!(refused(broken), StorageError::Unreachable { .. }));
        let late = Status::deadline_exceeded("late");
        assert_eq!(refused(late), StorageError::DeadlineExceeded);
    }
}

//! Storage calls.

use plugin_proto::pb::*;

use crate::sample::tables;

tables! { storage_calls_have_the_published_numbers:
    StorageEntry { 1 key string, 2 value bytes, 3 seal_wrap bool, }
    StorageListArgs { 1 prefix string, 2 txn string, }
    StorageListPageArgs { 1 prefix string, 2 after string, 3 limit int32, 4 txn string, }
    StorageListReply { 1 keys strings, 2 err string, }
    StorageGetArgs { 1 key string, 2 txn string, }
    StorageGetReply { 1 entry message, 2 err string, }
    StoragePutArgs { 1 entry message, 2 txn string, }
    StoragePutReply { 1 err string, }
    StorageDeleteArgs { 1 key string, 2 txn string, }
    StorageDeleteReply { 1 err string, }
    StorageIsTransactionalReply { 1 transactional bool, }
    StorageBeginTxReply { 1 txn string, 2 err string, }
    StorageCommitTxArgs { 1 txn string, }
    StorageCommitTxReply { 1 err string, }
    StorageRollbackTxArgs { 1 txn string, }
    StorageRollbackTxReply { 1 err string, }
}

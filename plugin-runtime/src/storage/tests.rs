//! Features on top of storage: repeated transactions, walks, and clearing.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::{
    Call, Memory, Names, Storage, StorageAccess, StorageBackend, StorageEntry, StorageError,
    StorageFuture, Transaction, Walk,
};
use crate::Error;

/// Memory with the behaviour of a certain server.
#[derive(Debug)]
struct Server {
    memory: Memory,
    transactional: bool,
    pages: bool,
    /// Answers every page with the first one.
    stuck: bool,
    lists: AtomicUsize,
    tasks: tokio_util::task::TaskTracker,
}

impl Server {
    fn new() -> Self {
        Self {
            memory: Memory::default(),
            transactional: true,
            pages: true,
            stuck: false,
            lists: AtomicUsize::new(0),
            tasks: tokio_util::task::TaskTracker::new(),
        }
    }

    fn storage(self) -> (Storage, Arc<Self>) {
        let server = Arc::new(self);
        (Storage::new(Arc::clone(&server) as _), server)
    }
}

impl StorageBackend for Server {
    fn get<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, Option<StorageEntry>> {
        self.memory.get(key, call)
    }
    fn put<'a>(&'a self, entry: StorageEntry, call: Call<'a>) -> StorageFuture<'a, ()> {
        self.memory.put(entry, call)
    }
    fn delete<'a>(&'a self, key: &'a str, call: Call<'a>) -> StorageFuture<'a, ()> {
        self.memory.delete(key, call)
    }
    fn list<'a>(&'a self, prefix: &'a str, call: Call<'a>) -> StorageFuture<'a, Vec<String>> {
        self.memory.list(prefix, call)
    }
    fn list_page<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Vec<String>> {
        self.memory.list_page(prefix, if self.stuck { "" } else { after }, limit, call)
    }
    fn names<'a>(
        &'a self,
        prefix: &'a str,
        after: &'a str,
        limit: usize,
        call: Call<'a>,
    ) -> StorageFuture<'a, Names> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        async move {
            if self.pages {
                let names = self.list_page(prefix, after, limit, call).await?;
                return Ok(Names { more: names.len() >= limit, names });
            }
            let names = self.list_page(prefix, after, 0, call).await?;
            Ok(Names { names, more: false })
        }
        .boxed()
    }
    fn is_transactional<'a>(&'a self, _: Call<'a>) -> StorageFuture<'a, bool> {
        std::future::ready(Ok(self.transactional)).boxed()
    }
    fn begin<'a>(&'a self, read_only: bool, call: Call<'a>) -> StorageFuture<'a, String> {
        if self.transactional {
            self.memory.begin(read_only, call)
        } else {
            std::future::ready(Err(StorageError::NotTransactional)).boxed()
        }
    }
    fn commit<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        self.memory.commit(call)
    }
    fn roll_back<'a>(&'a self, call: Call<'a>) -> StorageFuture<'a, ()> {
        self.memory.roll_back(call)
    }
    fn tasks(&self) -> &tokio_util::task::TaskTracker {
        &self.tasks
    }
}

fn plain() -> Storage {
    Server { transactional: false, ..Server::new() }.storage().0
}

async fn increment(storage: &impl StorageAccess, key: &str) -> Result<u64, StorageError> {
    let next = storage.get::<u64>(key).await?.unwrap_or_default() + 1;
    storage.put(key, &next).await?;
    Ok(next)
}

#[tokio::test]
async fn a_transaction_commits_what_was_ok_and_drops_what_was_not() {
    let storage = Storage::in_memory();
    let done: Result<u64, Error> = storage
        .transaction(async |tx| {
            assert!(tx.is_atomic());
            increment(&tx, "a").await?;
            Ok(increment(&tx, "a").await?)
        })
        .await;
    assert_eq!(done.unwrap(), 2);
    assert_eq!(storage.get::<u64>("a").await.unwrap(), Some(2));
    let refused: Result<(), Error> = storage
        .transaction(async |tx| {
            increment(&tx, "a").await?;
            Err(Error::bad_request("changed my mind"))
        })
        .await;
    assert_eq!(refused.unwrap_err().message(), "changed my mind");
    assert_eq!(storage.get::<u64>("a").await.unwrap(), Some(2));
}

#[tokio::test]
async fn a_panic_and_a_dropped_future_leave_nothing_and_nothing_open() {
    let (storage, server) = Server::new().storage();
    let panicked = storage.transaction(async |tx| {
        increment(&tx, "a").await?;
        std::panic::resume_unwind(Box::new("gone"));
        #[allow(unreachable_code, reason = "the type of the answer")]
        Ok::<(), StorageError>(())
    });
    assert!(AssertUnwindSafe(panicked).catch_unwind().await.is_err());
    let dropped = storage.transaction(async |tx| {
        increment(&tx, "a").await?;
        std::future::pending::<Result<(), StorageError>>().await
    });
    let dropped = tokio::time::timeout(std::time::Duration::from_millis(50), dropped);
    assert!(dropped.await.is_err());
    server.tasks.close();
    server.tasks.wait().await;
    assert_eq!(storage.get::<u64>("a").await.unwrap(), None);
    assert!(format!("{:?}", server.memory).contains("open: {}"), "{:?}", server.memory);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_again_and_not_for_ever() {
    let storage = Storage::in_memory();
    let attempts = Cell::new(0_u64);
    let counted: Result<u64, StorageError> = storage
        .transaction(async |tx| {
            attempts.set(attempts.get() + 1);
            let seen = increment(&tx, "a").await?;
            if attempts.get() < 3 {
                storage.put("a", &(attempts.get() * 100)).await?;
            }
            Ok(seen)
        })
        .await;
    assert_eq!((counted.unwrap(), attempts.get()), (201, 3));

    let attempts = Cell::new(0);
    let contended: Result<u64, StorageError> = storage
        .transaction(async |tx| {
            attempts.set(attempts.get() + 1);
            storage.put("a", &attempts.get()).await?;
            let seen = increment(&tx, "a").await?;
            storage.put("a", &(attempts.get() * 1000)).await?;
            Ok(seen)
        })
        .await;
    let error = contended.unwrap_err();
    assert_eq!((&error, attempts.get()), (&StorageError::Contended { attempts: 10 }, 10));
    let status = crate::ErrorKind::Coded(http::StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(Error::from(error).kind(), status);
}

#[tokio::test]
async fn concurrent_transactions_lose_no_update() {
    let storage = Storage::in_memory();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let storage = storage.clone();
            tokio::spawn(async move {
                storage
                    .transaction(async |tx| {
                        let next = increment(&tx, "a").await?;
                        tokio::task::yield_now().await;
                        Ok::<u64, StorageError>(next)
                    })
                    .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(storage.get::<u64>("a").await.unwrap(), Some(8));
}

#[tokio::test]
async fn without_transactions_the_work_runs_once_on_plain_storage() {
    let storage = plain();
    let runs = Cell::new(0);
    let done: Result<u64, Error> = storage
        .transaction(async |tx| {
            runs.set(runs.get() + 1);
            assert!(!tx.is_atomic());
            increment(&tx, "a").await?;
            assert_eq!(storage.get::<u64>("a").await?, Some(1), "visible at once");
            assert_eq!(tx.list("").await?, ["a"]);
            Ok(tx.clear("").await?.try_into().unwrap_or_default())
        })
        .await;
    assert_eq!((done.unwrap(), runs.get()), (1, 1));
    let refused: Result<(), Error> = storage
        .transaction(async |tx| {
            increment(&tx, "b").await?;
            Err(Error::bad_request("too late"))
        })
        .await;
    assert_eq!(refused.unwrap_err().message(), "too late");
    assert_eq!(storage.get::<u64>("b").await.unwrap(), Some(1), "what was written stays");
}

#[tokio::test]
async fn every_key_is_visited_in_order_and_cleared() {
    let keys = ["a", "a-b", "a/1", "a/2/x", "a/2/y/z", "a0", "b/c", "role", "role/dev", "roles"];
    for (pages, transactional) in [(true, true), (true, false), (false, false)] {
        let (storage, _) = Server { pages, transactional, ..Server::new() }.storage();
        for key in keys {
            storage.put(key, &()).await.unwrap();
        }
        let walked = storage.walk("").collect().await.unwrap();
        assert_eq!(walked, keys, "as all keys are sorted");
        assert_eq!(storage.walk("a/2/").collect().await.unwrap(), ["a/2/x", "a/2/y/z"]);
        assert!(storage.walk("none/").collect().await.unwrap().is_empty());
        assert_eq!(storage.clear("role/").await.unwrap(), 1);
        assert_eq!(storage.clear("a/").await.unwrap(), 3);
        assert_eq!(
            storage.walk("").collect().await.unwrap(),
            ["a", "a-b", "a0", "b/c", "role", "roles"]
        );
        assert_eq!(storage.clear("").await.unwrap(), 6);
        assert_eq!(storage.clear("").await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_prefix_that_would_catch_its_siblings_is_refused() {
    let storage = Storage::in_memory();
    storage.put("roles/a", &()).await.unwrap();
    let error = storage.clear("role").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the storage prefix `role` does not end in a slash; write `role/`"
    );
    assert!(storage.walk("role").next().await.is_err());
    assert_eq!(storage.list("roles/").await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_server_without_pages_is_asked_once_for_a_folder() {
    for (pages, lists) in [(true, 3), (false, 1)] {
        let (storage, server) = Server { pages, ..Server::new() }.storage();
        for number in 0..2500 {
            storage.put(format!("many/{number:04}"), &()).await.unwrap();
        }
        let mut walk = storage.walk("many/");
        let mut count = 0;
        while let Some(key) = walk.next().await.unwrap() {
            assert_eq!(key, format!("many/{count:04}"));
            count += 1;
        }
        assert_eq!((count, server.lists.load(Ordering::SeqCst)), (2500, lists), "{pages}");
        assert_eq!(storage.clear("many/").await.unwrap(), 2500);
    }
}

#[tokio::test]
async fn a_server_that_repeats_its_first_page_does_not_hold_the_walk() {
    let (storage, _) = Server { stuck: true, ..Server::new() }.storage();
    for number in 0..1500 {
        storage.put(format!("{number:04}"), &()).await.unwrap();
    }
    assert_eq!(storage.walk("").collect().await.unwrap().len(), 1000);
}

#[tokio::test]
async fn a_call_that_is_given_up_loses_no_key() {
    let storage = Storage::in_memory();
    let transaction = storage.begin().await.unwrap();
    for key in ["a/1", "a/2", "b/3"] {
        transaction.put(key, &()).await.unwrap();
    }
    let mut walk: Walk<'_, Transaction> = transaction.walk("");
    let mut keys = Vec::new();
    let mut given_up = 0;
    loop {
        // In a transaction, each list runs in a task, so the first poll never has its result.
        let key = match walk.next().now_or_never() {
            Some(key) => key,
            None => {
                given_up += 1;
                walk.next().await
            }
        };
        match key.unwrap() {
            Some(key) => keys.push(key),
            None => break,
        }
    }
    assert!(given_up > 0);
    assert_eq!(keys, ["a/1", "a/2", "b/3"]);
}

#[tokio::test]
async fn clearing_in_a_transaction_is_undone_with_it() {
    let storage = Storage::in_memory();
    for number in 0..40 {
        storage.put(format!("a/{number}"), &()).await.unwrap();
    }
    let refused: Result<(), Error> = storage
        .transaction(async |tx| {
            assert_eq!(tx.clear("a/").await?, 40);
            assert_eq!(tx.walk("").next().await?, None);
            Err(Error::bad_request("no"))
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(storage.list("a/").await.unwrap().len(), 40);
}

proptest! {
    #[test]
    fn a_walk_finds_what_was_put_and_clears_what_is_below(
        keys in proptest::collection::btree_set("[ab.]{1,2}(/[abc]{1,2}){0,3}", 0..30),
        folder in "([ab]{1,2}/){0,2}",
    ) {
        let keys: Vec<String> = keys
            .into_iter()
            .filter(|key| !key.split('/').any(|part| matches!(part, "." | "..")))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let storage = Storage::in_memory();
            for key in &keys {
                storage.put(key.clone(), &()).await.unwrap();
            }
            prop_assert_eq!(&storage.walk("").collect().await.unwrap(), &keys);
            let (below, others): (Vec<String>, Vec<String>) =
                keys.into_iter().partition(|key| key.starts_with(&folder));
            prop_assert_eq!(storage.clear(folder).await.unwrap(), below.len());
            prop_assert_eq!(storage.walk("").collect().await.unwrap(), others);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_handle_that_outlives_the_transaction_writes_nothing_any_more() {
    let (storage, server) = Server::new().storage();
    let kept: Arc<Transaction> =
        storage.transaction(async |tx| Ok::<_, StorageError>(tx)).await.unwrap();
    assert_eq!(kept.put("a", &1).await.unwrap_err(), StorageError::TransactionEnded);
    drop(kept);
    server.tasks.close();
    server.tasks.wait().await;
    assert_eq!(storage.get::<u64>("a").await.unwrap(), None);
}

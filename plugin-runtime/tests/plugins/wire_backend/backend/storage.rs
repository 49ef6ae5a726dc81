//! Calls to the mount's storage, with and without a transaction.

use std::time::Duration;

use plugin_runtime::{Error, Request, Response, Storage, StorageEntry, StorageError, Transaction};
use serde::Deserialize;
use serde_json::{Value, json};

/// One call to storage.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Step {
    Get {
        key: String,
    },
    /// Puts, and reads again, a value of this many bytes.
    Fill {
        key: String,
        bytes: usize,
    },
    Put {
        key: String,
        value: String,
        #[serde(default)]
        seal_wrap: bool,
    },
    Delete {
        key: String,
    },
    List {
        prefix: String,
    },
    ListPage {
        prefix: String,
        after: String,
        limit: usize,
    },
    IsTransactional,
    Commit,
    RollBack,
    /// Puts, and drops the call's future before it has ended.
    PutAndForget {
        key: String,
        value: String,
    },
    Sleep {
        milliseconds: u64,
    },
}

fn entry(key: String, value: String, seal_wrap: bool) -> StorageEntry {
    let entry = StorageEntry::new(key, value.into_bytes());
    if seal_wrap { entry.seal_wrapped() } else { entry }
}

fn shown(entry: Option<StorageEntry>) -> Value {
    entry.map_or(Value::Null, |entry| {
        let value = String::from_utf8_lossy(&entry.value);
        json!({ "key": entry.key, "value": value, "seal_wrap": entry.seal_wrap })
    })
}

pub(super) async fn stored(request: &Request) -> Result<Response, Error> {
    let answer = match call(&request.storage, request.data.parse()?).await {
        Ok(answer) => json!({ "answer": answer }),
        // `?` is what most backends do with it.
        Err(error) if request.operation.name() == "update" => return Err(error.into()),
        Err(error) => json!({ "failure": format!("{error:?}"), "text": error.to_string() }),
    };
    Response::new(&answer)
}

async fn call(storage: &Storage, step: Step) -> Result<Value, StorageError> {
    Ok(match step {
        Step::Get { key } => shown(storage.entry(&key).await?),
        Step::Fill { key, bytes } => {
            let blob = vec![b'x'; bytes];
            storage.put_entry(StorageEntry::new(key.clone(), blob.clone())).await?;
            json!(storage.entry(&key).await?.is_some_and(|entry| entry.value == blob))
        }
        Step::Put { key, value, seal_wrap } => {
            storage.put_entry(entry(key, value, seal_wrap)).await?;
            Value::Null
        }
        Step::Delete { key } => {
            storage.delete(&key).await?;
            Value::Null
        }
        Step::List { prefix } => json!(storage.list(&prefix).await?),
        Step::ListPage { prefix, after, limit } => {
            json!(storage.list_page(&prefix, &after, limit).await?)
        }
        Step::IsTransactional => json!(storage.is_transactional().await?),
        _ => json!("not a call"),
    })
}

#[derive(Deserialize)]
struct Transacted {
    #[serde(default)]
    read_only: bool,
    steps: Vec<Step>,
}

/// A transaction's steps; without an end among them it is dropped.
pub(super) async fn transacted(request: &Request) -> Result<Response, Error> {
    let Transacted { read_only, steps } = request.data.parse()?;
    let begun = if read_only {
        request.storage.begin_read_only().await
    } else {
        request.storage.begin().await
    };
    let result = match begun {
        Ok(transaction) => run(transaction, steps).await,
        Err(error) => Err(error),
    };
    Response::new(&match result {
        Ok(answers) => json!({ "answers": answers }),
        Err(error) => json!({ "failure": format!("{error:?}"), "text": error.to_string() }),
    })
}

async fn run(transaction: Transaction, steps: Vec<Step>) -> Result<Vec<Value>, StorageError> {
    let mut answers = Vec::new();
    for step in steps {
        answers.push(match step {
            Step::Get { key } => shown(transaction.entry(&key).await?),
            Step::Put { key, value, seal_wrap } => {
                transaction.put_entry(entry(key, value, seal_wrap)).await?;
                Value::Null
            }
            Step::PutAndForget { key, value } => {
                let put = transaction.put_entry(entry(key, value, false));
                json!(tokio::time::timeout(Duration::from_millis(50), put).await.is_err())
            }
            Step::Delete { key } => {
                transaction.delete(&key).await?;
                Value::Null
            }
            Step::List { prefix } => json!(transaction.list(&prefix).await?),
            Step::ListPage { prefix, after, limit } => {
                json!(transaction.list_page(&prefix, &after, limit).await?)
            }
            Step::Sleep { milliseconds } => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                Value::Null
            }
            Step::IsTransactional | Step::Fill { .. } => Value::Null,
            Step::Commit => return transaction.commit().await.map(|()| answers),
            Step::RollBack => return transaction.roll_back().await.map(|()| answers),
        });
    }
    Ok(answers)
}

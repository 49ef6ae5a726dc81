//! Handlers that are written once for storage and transactions, with locked keys.

use plugin_runtime::framework::extract::{Fields, Path, State};
use plugin_runtime::framework::{Framework, delete, read, write};
use plugin_runtime::{Error, KeyLocks, Result, Storage, StorageAccess};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::mount::{Mount, data};

#[derive(Default)]
struct Bank {
    accounts: KeyLocks,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Transfer {
    to: String,
    amount: i64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Balance {
    balance: i64,
}

fn key(account: &str) -> String {
    format!("account/{account}")
}

async fn add(storage: &impl StorageAccess, account: &str, amount: i64) -> Result<i64> {
    let balance = storage.get::<i64>(&key(account)).await?.unwrap_or_default() + amount;
    if balance < 0 {
        return Err(Error::bad_request(format!("`{account}` has not enough")));
    }
    storage.put(key(account), &balance).await?;
    Ok(balance)
}

async fn deposit(
    Path(account): Path<String>,
    Fields(Balance { balance }): Fields<Balance>,
    bank: State<Bank>,
    storage: Storage,
) -> Result<()> {
    let _account = bank.accounts.lock(&account).await;
    add(&storage, &account, balance).await?;
    Ok(())
}

async fn transfer(
    Path(from): Path<String>,
    Fields(Transfer { to, amount }): Fields<Transfer>,
    bank: State<Bank>,
    storage: Storage,
) -> Result<Fields<Balance>> {
    let _accounts = bank.accounts.lock_all([&from, &to]).await;
    let balance = storage
        .transaction(async |transaction| {
            add(&transaction, &to, amount).await?;
            add(&transaction, &from, -amount).await
        })
        .await?;
    Ok(Fields(Balance { balance }))
}

async fn balance(Path(account): Path<String>, storage: Storage) -> Result<Option<Fields<Balance>>> {
    Ok(storage.get(&key(&account)).await?.map(|balance| Fields(Balance { balance })))
}

async fn close_all(storage: Storage) -> Result<()> {
    storage.transaction(async |transaction| transaction.clear("account/").await).await?;
    Ok(())
}

fn engine() -> Framework<Bank> {
    Framework::secrets(Bank::default())
        .path("account/{name}", read(balance).write(deposit))
        .path("transfer/{from}", write(transfer))
        .path("all", delete(close_all))
}

#[tokio::test]
async fn handlers_share_a_function_between_storage_and_transactions() {
    let mount = Mount::of(engine());
    for (account, amount) in [("a", 10), ("b", 1)] {
        mount.write(&format!("account/{account}"), json!({ "balance": amount })).await.unwrap();
    }
    let answer = mount.write("transfer/a", json!({ "to": "b", "amount": 4 })).await;
    assert_eq!(data(&answer.unwrap().unwrap()), json!({ "balance": 6 }));
    let refused = mount.write("transfer/a", json!({ "to": "b", "amount": 7 })).await.unwrap_err();
    assert_eq!(refused.message(), "`a` has not enough");
    let b = mount.read("account/b").await.unwrap().unwrap();
    assert_eq!(data(&b), json!({ "balance": 5 }), "what was added first is rolled back");

    let many = (0..20).map(|number| {
        let (from, to) = if number % 2 == 0 { ("a", "b") } else { ("b", "a") };
        let body = json!({ "to": to, "amount": 1 });
        let path = format!("transfer/{from}");
        let mount = &mount;
        async move { mount.write(&path, body).await.unwrap() }
    });
    futures_util::future::join_all(many).await;
    let a = mount.read("account/a").await.unwrap().unwrap();
    assert_eq!(data(&a), json!({ "balance": 6 }), "no update is lost");

    mount.delete("all").await.unwrap();
    assert!(mount.read("account/a").await.unwrap().is_none());
    assert_eq!(mount.storage.walk("").next().await.unwrap(), None);
}

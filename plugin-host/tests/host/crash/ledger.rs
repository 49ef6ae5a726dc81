//! Transactions under deaths, failures and conflicts: all of it happened, or none.

use fastrand::Rng;
use plugin_host::{Enable, Fault, Host, Rates, When};
use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Framework, write};
use plugin_runtime::{BackendType, Error, Result, Storage};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::seeds::with_seeds;

const ACCOUNTS: [&str; 3] = ["a", "b", "c"];
const OPENING: i64 = 100;

#[derive(Deserialize, JsonSchema)]
struct Transfer {
    from: String,
    to: String,
    amount: i64,
}

/// Moves an amount, and keeps a receipt under the transfer's name, so that the same transfer again
/// does nothing.
async fn transfer(
    Path(name): Path<String>,
    Fields(Transfer { from, to, amount }): Fields<Transfer>,
    storage: Storage,
) -> Result<()> {
    let transaction = storage.begin().await?;
    let receipt = format!("receipt/{name}");
    if transaction.entry(&receipt).await?.is_some() {
        return Ok(transaction.roll_back().await?);
    }
    for (account, change) in [(from, -amount), (to, amount)] {
        let key = format!("account/{account}");
        let balance: Option<i64> = transaction.get(&key).await?;
        let balance = balance.ok_or_else(|| Error::bad_request("no such account"))?;
        transaction.put(key, &(balance + change)).await?;
    }
    transaction.put(receipt, &amount).await?;
    Ok(transaction.commit().await?)
}

struct Ledger {
    host: Host,
    storage: Storage,
}

impl Ledger {
    async fn open() -> Self {
        let host = Host::builder().resolves_paths(false).build();
        host.register_backend(BackendType::Secrets, "ledger", |_| {
            Framework::secrets(()).path("transfer/{name}", write(transfer))
        });
        host.enable(Enable::secrets("ledger")).await.unwrap();
        let storage = host.storage("ledger").unwrap();
        for account in ACCOUNTS {
            storage.put(format!("account/{account}"), &OPENING).await.unwrap();
        }
        Self { host, storage }
    }

    async fn balances(&self) -> Vec<i64> {
        let mut balances = Vec::new();
        for account in ACCOUNTS {
            let balance = self.storage.get(&format!("account/{account}")).await.unwrap();
            balances.push(balance.unwrap());
        }
        balances
    }

    async fn transfers(&self) -> usize {
        self.storage.list("receipt/").await.unwrap().len()
    }

    /// One transfer, which happens wholly or not at all; it must if it is acknowledged.
    async fn transfer(&self, name: &str, from: usize, to: usize, amount: i64) -> bool {
        let (before, receipts) = (self.balances().await, self.transfers().await);
        let body = json!({ "from": ACCOUNTS[from], "to": ACCOUNTS[to], "amount": amount });
        let answer = self.host.write(&format!("ledger/transfer/{name}"), body).await;
        let mut wanted = before.clone();
        wanted[from] -= amount;
        wanted[to] += amount;
        let after = (self.balances().await, self.transfers().await);
        let (done, undone) = ((wanted, receipts + 1), (before, receipts));
        let expected = after == done || !answer.is_success() && after == undone;
        assert!(expected, "{answer:?}: {after:?}, neither {done:?} nor {undone:?}");
        answer.is_success()
    }
}

#[tokio::test]
async fn a_transfer_happens_wholly_or_not_at_all_whichever_call_goes_wrong() {
    let ledger = Ledger::open().await;
    let faults = ledger.host.faults("ledger").unwrap();
    assert!(ledger.transfer("first", 0, 1, 5).await);
    let calls = faults.count();
    assert!(calls >= 8, "{calls}");
    for call in 1..=calls {
        for (number, fault, acknowledged) in [
            (0, Fault::KillBefore, true),
            (1, Fault::KillAfter, true),
            (2, Fault::Fail("storage failed on purpose".to_owned()), false),
        ] {
            faults.add(When::nth(call), fault.clone());
            let answered = ledger.transfer(&format!("{call}-{number}"), 0, 1, 5).await;
            faults.clear();
            assert_eq!(answered, acknowledged, "{fault:?} at call {call}");
        }
    }
}

#[tokio::test]
async fn no_money_is_made_or_lost_by_chance() {
    with_seeds(500, async |seed| {
        let ledger = Ledger::open().await;
        let faults = ledger.host.faults("ledger").unwrap();
        let rates = Rates { fail: 0.03, conflict: 0.2, kill_before: 0.03, kill_after: 0.03 };
        faults.seed(seed, rates);
        let mut rng = Rng::with_seed(seed);
        for number in 0..20 {
            let from = rng.choice([0, 1, 2]).unwrap();
            let to = (from + rng.choice([1, 2]).unwrap()) % 3;
            let amount = rng.choice([1, 5, 50]).unwrap();
            ledger.transfer(&number.to_string(), from, to, amount).await;
        }
        assert_eq!(ledger.balances().await.iter().sum::<i64>(), 3 * OPENING);
    })
    .await;
}

//! A secrets engine for vouchers, which have a value for a while and can be redeemed once. It uses
//! the mount's clock, transactions, locks by key, and work on a thread of its own.
//!
//! ```text
//! bao write ENGINE/issue/dev value=5 ttl=1h
//! bao write ENGINE/redeem/dev code=4f1d…
//! bao read ENGINE/account/dev
//! bao delete ENGINE/account/dev
//! ```

use std::process::ExitCode;
use std::time::SystemTime;

use plugin_runtime::fields::{Seconds, Sensitive};
use plugin_runtime::framework::answer::{Created, IntoAnswer as _, With};
use plugin_runtime::framework::extract::{Fields, Path, State};
use plugin_runtime::framework::{Framework, compute, read, write};
use plugin_runtime::{Clock, Error, KeyLocks, Result, Storage, StorageAccess};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| engine())
}

pub(crate) fn engine() -> Framework<Engine> {
    Framework::secrets(Engine::default())
        .description("Vouchers that can be redeemed once.")
        .path("issue/{account}", write(issue))
        .path("redeem/{account}", write(redeem))
        .path("account/{account}", read(balance).delete(close))
}

/// The state that a mount keeps in memory.
#[derive(Default)]
pub(crate) struct Engine {
    accounts: KeyLocks,
}

/// The properties of a new voucher.
#[derive(Deserialize, JsonSchema)]
struct NewVoucher {
    /// Its value.
    value: u32,
    /// How long it can be redeemed.
    ttl: Seconds,
}

/// A voucher that was issued.
#[derive(Serialize, JsonSchema)]
struct Voucher {
    /// The code that redeems it.
    code: Sensitive<String>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    value: u32,
    ends: SystemTime,
}

/// Stores the value of a voucher under a hash of its code.
async fn issue(
    Path(account): Path<String>,
    Fields(new): Fields<NewVoucher>,
    clock: Clock,
    storage: Storage,
) -> Result<Created<With<Fields<Voucher>>>> {
    let code = Uuid::new_v4().simple().to_string();
    let stored = Stored { value: new.value, ends: clock.now() + new.ttl.duration() };
    storage.put(voucher(&account, code.clone()).await, &stored).await?;
    let mut answer = With::new(Fields(Voucher { code: code.into() }));
    if new.value == 0 {
        answer = answer.with_warning("the voucher is worth nothing");
    }
    Ok(Created(answer))
}

/// Returns where a voucher is stored. Its code cannot be guessed, so a fast hash would be enough. A
/// password needs a slow one, and slow hashes need a thread of their own.
async fn voucher(account: &str, code: String) -> String {
    let hash = compute(move || Sha256::digest(code.as_bytes())).await;
    format!("voucher/{account}/{hash:x}")
}

#[derive(Deserialize, JsonSchema)]
struct Redemption {
    /// The voucher's code.
    code: Sensitive<String>,
}

#[derive(Serialize, JsonSchema)]
struct Balance {
    /// The sum of the redeemed values.
    balance: u64,
}

/// Deletes the voucher and adds its value: both or neither, if the server supports transactions. If
/// not, the lock prevents a second redemption.
async fn redeem(
    Path(account): Path<String>,
    Fields(Redemption { code }): Fields<Redemption>,
    state: State<Engine>,
    clock: Clock,
    storage: Storage,
) -> Result<Fields<Balance>> {
    let key = voucher(&account, code.expose().clone()).await;
    let _account = state.accounts.lock(&account).await;
    let balance = storage
        .transaction(async |transaction| {
            let Some(found) = transaction.get::<Stored>(&key).await? else {
                return Err(Error::bad_request("there is no such voucher"));
            };
            if clock.now() >= found.ends {
                return Err(Error::bad_request("the voucher has expired"));
            }
            transaction.delete(&key).await?;
            add(&transaction, &account, found.value).await
        })
        .await?;
    Ok(Fields(Balance { balance }))
}

async fn add(storage: &impl StorageAccess, account: &str, value: u32) -> Result<u64> {
    let key = format!("balance/{account}");
    let balance = storage.get::<u64>(&key).await?.unwrap_or_default() + u64::from(value);
    storage.put(key, &balance).await?;
    Ok(balance)
}

async fn balance(
    Path(account): Path<String>,
    storage: Storage,
) -> Result<Option<With<Fields<Balance>>>> {
    let Some(balance) = storage.get(&format!("balance/{account}")).await? else { return Ok(None) };
    let waiting = storage.walk(format!("voucher/{account}/")).next().await?.is_some();
    let mut answer = With::new(Fields(Balance { balance }));
    if waiting {
        answer = answer.with_warning("there are vouchers that were not redeemed");
    }
    Ok(Some(answer))
}

async fn close(
    Path(account): Path<String>,
    state: State<Engine>,
    storage: Storage,
) -> Result<With<()>> {
    let _account = state.accounts.lock(&account).await;
    let lost = storage
        .transaction(async |transaction| {
            let lost = transaction.clear(format!("voucher/{account}/")).await?;
            transaction.delete(&format!("balance/{account}")).await?;
            Ok::<_, Error>(lost)
        })
        .await?;
    Ok(match lost {
        0 => ().into(),
        lost => ().with_warning(format!("{lost} vouchers were not redeemed")),
    })
}

//! Logins that wait at one auth mount, and reads at another one of the same process.

use std::time::{Duration, Instant};

use plugin_host::{ApiRequest, Enable, Host, PluginType};
use plugin_runtime::Operation;
use serde_json::json;
use tokio::task::JoinSet;

use crate::scratch::Scratch;

/// How many logins are sent, and how many of them one mount handles at once.
const LOGINS: usize = 3000;
const AT_ONCE: usize = 1024;

/// How much longer a read may take beside them: its slowest, and with leave for what else the
/// machine does meanwhile.
const FACTOR: u32 = 5;
const LEAVE: Duration = Duration::from_millis(50);

const READS: usize = 300;

/// What all but the slowest hundredth of the reads take at most.
async fn slowest_reads(host: &Host) -> Duration {
    let mut took = Vec::with_capacity(READS);
    for _ in 0..READS {
        let begun = Instant::now();
        host.read("auth/two/echo").await.success().unwrap();
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took[READS * 99 / 100]
}

#[tokio::test]
async fn logins_that_wait_at_one_mount_slow_down_no_other() {
    let _measured = crate::soak::MEASURED.lock().await;
    let scratch = Scratch::new();
    scratch.example("wire_backend", "waits");
    let host = scratch.builder().build();
    host.register(scratch.registration_as(PluginType::Auth, "waits")).await.unwrap();
    for path in ["one", "two"] {
        host.enable(Enable::auth("waits").at(path).option("kind", "auth")).await.unwrap();
    }
    let one = host.process("auth/one").unwrap().unwrap();
    assert_eq!(one.pid(), host.process("auth/two").unwrap().unwrap().pid());

    let idle = slowest_reads(&host).await;
    let mut logins = JoinSet::new();
    for _ in 0..LOGINS {
        let host = host.clone();
        logins.spawn(async move {
            let login = ApiRequest::new(Operation::Update, "auth/one/login");
            host.request(login.data(json!({ "milliseconds": 600_000 }))).await
        });
    }
    // Those that find no room are answered; from then on the others just wait.
    let beside = async {
        for _ in AT_ONCE..LOGINS {
            let refused = logins.join_next().await.unwrap().unwrap();
            assert_eq!(refused.status, 429, "{refused:?}");
            assert!(refused.errors[0].contains("too many requests"), "{refused:?}");
        }
        slowest_reads(&host).await
    };
    let beside = tokio::time::timeout(Duration::from_secs(60), beside);
    let beside = beside.await.expect("reads are answered beside the logins");
    println!("the slowest reads took {idle:?}, and {beside:?} beside {AT_ONCE} logins");
    assert_eq!(logins.len(), AT_ONCE, "they still wait");
    assert!(beside < idle * FACTOR + LEAVE, "{idle:?} idle, {beside:?} beside the logins");
}

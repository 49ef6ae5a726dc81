//! The example `vouchers`: time that passes, transactions and what servers without them do, answers
//! with a status and warnings, wherever the engine is mounted.

use std::time::Duration;

use plugin_host::test::Mounted;
use plugin_host::{Checksum, Enable, Host, PluginType, Registration, Store};
use serde_json::json;

use crate::tutorial::example;

#[path = "../../../plugin-runtime/examples/vouchers.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
mod engine;

plugin_host::three_ways! {
    backend: |_mount| engine::engine(),
    binary: example("vouchers"),
    tests:
        a_voucher_ends_with_its_time,
        a_voucher_is_redeemed_once,
        an_account_is_closed_with_its_vouchers,
}

async fn issue(mount: &Mounted, value: u32, ttl: &str) -> String {
    let body = json!({ "value": value, "ttl": ttl });
    let made = mount.write("issue/dev", body).await.success().unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.warnings.is_empty(), value > 0, "{made:?}");
    made.field("/code").as_str().unwrap().to_owned()
}

async fn a_voucher_ends_with_its_time(mount: Mounted) {
    let short = issue(&mount, 1, "2s").await;
    let long = issue(&mount, 2, "1h").await;
    mount.pass(Duration::from_secs(3)).await;
    let late = mount.write("redeem/dev", json!({ "code": short })).await;
    assert_eq!((late.status, &*late.errors[0]), (400, "the voucher has expired"));
    let redeemed = mount.write("redeem/dev", json!({ "code": long })).await.success().unwrap();
    assert_eq!(redeemed.field("/balance"), 2);
    if let Some(host) = mount.host() {
        let last = issue(&mount, 1, "1h").await;
        host.advance(Duration::from_secs(3599)).await;
        let clock = host.clock().clone();
        mount.write("redeem/dev", json!({ "code": last })).await.success().unwrap();
        let last = issue(&mount, 1, "1h").await;
        // Moved without the host, and by threads that know nothing of it.
        std::thread::spawn(move || clock.advance(Duration::from_secs(3600))).join().unwrap();
        assert_eq!(mount.write("redeem/dev", json!({ "code": last })).await.status, 400);
    }
}

async fn a_voucher_is_redeemed_once(mount: Mounted) {
    let code = issue(&mount, 0, "1h").await;
    let other = issue(&mount, 7, "1h").await;
    let redeem = || mount.write("redeem/dev", json!({ "code": code }));
    let answers = [redeem(), redeem(), redeem(), redeem()];
    let statuses = futures_util::future::join_all(answers).await;
    let succeeded = statuses.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(succeeded, 1, "{statuses:?}");
    let shown = mount.read("account/dev").await.success().unwrap();
    assert_eq!(shown.warnings, ["there are vouchers that were not redeemed"]);
    mount.write("redeem/dev", json!({ "code": other })).await.success().unwrap();
    let shown = mount.read("account/dev").await.success().unwrap();
    assert_eq!((shown.field("/balance"), shown.warnings.len()), (&json!(7), 0));
}

async fn an_account_is_closed_with_its_vouchers(mount: Mounted) {
    assert_eq!(mount.read("account/dev").await.status, 404);
    for _ in 0..20 {
        issue(&mount, 1, "1h").await;
    }
    let closed = mount.delete("account/dev").await.success().unwrap();
    assert_eq!((closed.status, &*closed.warnings[0]), (200, "20 vouchers were not redeemed"));
    assert_eq!(mount.delete("account/dev").await.status, 204);
}

/// As on Vault: no transactions and no pages.
#[tokio::test]
async fn without_transactions_what_was_written_stays() {
    let binary = example("vouchers");
    let host = Host::builder()
        .store(Store::like_vault())
        .plugin_directory(binary.parent().unwrap())
        .build();
    let sum = Checksum::of_file(&binary).unwrap();
    host.register(Registration::new(PluginType::Secret, "vouchers", sum)).await.unwrap();
    host.register_backend(plugin_runtime::BackendType::Secrets, "memory", |_| engine::engine());
    for plugin in ["vouchers", "memory"] {
        let mount = host.enable(Enable::secrets(plugin).at(plugin)).await.unwrap();
        let write = async |path: &str, body| host.write(&format!("{plugin}/{path}"), body).await;
        let made = write("issue/dev", json!({ "value": 3, "ttl": "1h" })).await;
        let code = made.success().unwrap().field("/code").clone();
        host.faults(&mount.path).unwrap().add(
            plugin_host::When::nth(1).of(plugin_host::StorageOperation::Put),
            plugin_host::Fault::Fail("disk on fire".to_owned()),
        );
        let failed = write("redeem/dev", json!({ "code": code })).await;
        assert_eq!(failed.status, 500, "{failed:?}");
        let gone = write("redeem/dev", json!({ "code": code })).await;
        assert_eq!(gone.errors, ["there is no such voucher"], "{plugin}: the deletion stays");
    }
}

/// A tool that people use lets time be what it is.
#[tokio::test]
async fn a_host_can_leave_plugins_their_own_time() {
    for shares in [true, false] {
        let clock = plugin_host::Clock::at(std::time::SystemTime::UNIX_EPOCH);
        let host = Host::builder().clock(clock).shares_clock(shares).build();
        let (seen, shown) = std::sync::mpsc::channel();
        host.register_backend(plugin_runtime::BackendType::Secrets, "memory", move |mount| {
            seen.send(mount.clock.unix_time()).unwrap();
            engine::engine()
        });
        host.enable(Enable::secrets("memory").at("memory")).await.unwrap();
        assert_eq!(shown.recv().unwrap().is_zero(), shares);
    }
}

//! Some seconds of what `cargo xtask soak` does for minutes: many mounts come and go, processes
//! are killed, no request is lost or answered wrongly, and nothing is left over.

use std::fs;
use std::time::Duration;

use plugin_host::{Checksum, Host, PluginType, Registration};
use serde_json::{Value, json};

use crate::tutorial::example;

#[path = "../../../xtask/src/soak/course.rs"]
mod course;
#[path = "../../../xtask/src/soak/disruption.rs"]
mod disruption;
#[path = "../../../xtask/src/soak/profile.rs"]
#[allow(dead_code, reason = "the plugins of the command are others")]
mod profile;
#[path = "../../../xtask/src/soak/samples.rs"]
mod samples;
#[path = "../../../xtask/src/soak/tenant.rs"]
mod tenant;

use course::{Course, Subject};
use profile::Profile;
use samples::{Comparison, Usage, compare, table};

/// The example of leases: roles are its entries.
const ROLES: Profile = Profile {
    file: "leased",
    kind: PluginType::Secret,
    config: Some(("config", || json!({ "url": "https://tokens.example.com" }))),
    folder: "role/",
    list: "role",
    written: |number| json!({ "user": "svc", "ttl": number }),
    read: |_, number| role(number),
    missing: 404,
    login: None,
    creds: Some("creds/"),
};

fn role(number: u64) -> Value {
    json!({ "user": "svc", "ttl": number, "max_ttl": 0 })
}

/// What Linux tells about a process.
fn usage_of(pid: u32) -> Option<Usage> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let number = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
    Some(Usage { memory: number("VmRSS:")? * 1024, files, threads: number("Threads:")? })
}

/// Held by tests that measure this process, or that fill its memory while others might.
pub(crate) static MEASURED: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn nothing_is_lost_and_nothing_grows() {
    let _measured = MEASURED.lock().await;
    let plugin = example("leased");
    let host = Host::builder().plugin_directory(plugin.parent().unwrap()).build();
    let subject = Subject {
        profile: ROLES,
        steady: "leased-steady".to_owned(),
        shaken: "leased-shaken".to_owned(),
    };
    for name in [&subject.steady, &subject.shaken] {
        let sum = Checksum::of_file(&plugin).unwrap();
        let registration = Registration::new(PluginType::Secret, name, sum);
        host.register(registration.with_command(ROLES.file)).await.unwrap();
    }
    let duration = Duration::from_secs(15);
    let course = Course {
        host,
        subjects: vec![subject],
        duration,
        seed: 1,
        interval: duration / 100,
        usage: usage_of,
    };
    let samples = course.run(|_| {}).await.unwrap();
    let last = samples.last().unwrap();
    assert!(last.requests > 100 && last.mounts > 3 && last.disruptions > 3, "{last:?}");
    let found = compare(&samples, &[ROLES.file]);
    let grown: Vec<_> =
        found.iter().filter(|one| !one.holds()).map(Comparison::to_string).collect();
    let curve = table(&samples, &[ROLES.file], 20).join("\n");
    assert!(grown.is_empty(), "{grown:?}\n{curve}");
}

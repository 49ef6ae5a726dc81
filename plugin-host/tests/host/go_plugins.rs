//! HashiCorp's kv and jwt under this host: as they were in 2019, when plugins spoke protocols 3
//! and 4, and as they are today. `cargo xtask test` builds them and names their folder.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey, VerifyingKey};
use p521::elliptic_curve::rand_core::OsRng;
use plugin_host::{Conformance, Enable, Host, PluginProcess, PluginType, Verdict};
use serde_json::{Value, json};

use crate::scratch::{PATIENCE, Scratch, exists, until};

const PLUGINS: &str = "XTASK_GO_PLUGINS";

/// One of the plugins, and how it is run.
#[derive(Clone, Copy, Debug)]
struct Plugin {
    file: &'static str,
    /// Its name in the catalog, by which servers know the engine `kv`.
    name: &'static str,
    kind: PluginType,
    protocol: u32,
}

impl Plugin {
    fn is_old(self) -> bool {
        self.protocol < 5
    }
}

const KV_2019: Plugin =
    Plugin { file: "kv-2019", name: "kv", kind: PluginType::Secret, protocol: 4 };
const KV: Plugin = Plugin { file: "kv-0.25.0", protocol: 5, ..KV_2019 };
const JWT_2019: Plugin =
    Plugin { file: "jwt-2019", name: "jwt", kind: PluginType::Auth, protocol: 4 };
const JWT: Plugin = Plugin { file: "jwt-0.26.1", protocol: 5, ..JWT_2019 };

/// The folder; `None`, and a word about it, where it was not built.
fn folder() -> Option<PathBuf> {
    let found = std::env::var_os(PLUGINS).map(PathBuf::from);
    if found.is_none() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        let go = Command::new("go").arg("version").output().is_ok();
        assert!(!(ci && go), "there is Go, and {PLUGINS} is not set: run cargo xtask test");
        // Past the test harness, which would show it of a failing test alone.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {PLUGINS} names no builds of xtask/go-plugins; cargo xtask test sets it"
        );
    }
    found
}

/// A host with the plugin in its catalog.
async fn host(scratch: &Scratch, plugin: Plugin) -> Option<Host> {
    scratch.copy(&folder()?.join(plugin.file), plugin.name);
    let host = scratch.builder().build();
    host.register(scratch.registration_as(plugin.kind, plugin.name)).await.unwrap();
    assert_eq!(host.processes().len(), 0, "what was asked for its version is gone");
    Some(host)
}

fn process(host: &Host, path: &str) -> PluginProcess {
    host.process(path).unwrap().unwrap()
}

fn protocol(host: &Host, path: &str) -> Option<u32> {
    let mounts = host.mounts();
    mounts.iter().find(|mount| mount.path == path).unwrap().protocol_version
}

/// Whether a mount's process runs after something that only asks an old plugin what it is.
fn runs_as(plugin: Plugin, host: &Host, path: &str) {
    let process = host.process(path).unwrap();
    assert_eq!(process.is_none(), plugin.is_old(), "{plugin:?}: {process:?}");
}

async fn keeps_its_mounts(plugin: Plugin) {
    let scratch = Scratch::new();
    let Some(host) = host(&scratch, plugin).await else { return };
    for path in ["one", "two"] {
        host.enable(Enable::secrets("kv").at(path).option("version", "1")).await.unwrap();
        runs_as(plugin, &host, path);
        assert_eq!(protocol(&host, &format!("{path}/")), Some(plugin.protocol));
    }
    for path in ["one/a", "two/a"] {
        assert_eq!(host.write(path, json!({ "at": path })).await.status, 204);
    }
    let pids = || ["one", "two"].map(|path| process(&host, path).pid());
    let answers = async || {
        for path in ["one/a", "two/a"] {
            assert_eq!(host.read(path).await.field("/at"), path, "{plugin:?}");
        }
        let [one, two] = pids();
        assert_ne!(one == two, plugin.is_old(), "old plugins have a process for each mount");
        [one, two]
    };
    let first = answers().await;
    assert_eq!(process(&host, "one").handshake().protocol_version, plugin.protocol);
    assert_eq!(host.list("one").await.keys(), ["a"]);
    assert_eq!(host.read("one/b").await.status, 404);
    assert!(!host.help("one").await.field("/help").is_null());

    host.kill("one").await.unwrap();
    let second = answers().await;
    assert_ne!(first[0], second[0], "it was started again");
    assert_eq!(first[1] == second[1], plugin.is_old(), "the other mount of an old plugin goes on");

    host.reload("one").await.unwrap();
    runs_as(plugin, &host, "one");
    assert!(!exists(second[0]));
    let third = answers().await;
    assert_ne!(second[0], third[0]);

    host.seal().await;
    assert!(host.processes().is_empty());
    host.unseal().await.unwrap();
    for path in ["one", "two"] {
        runs_as(plugin, &host, path);
    }
    let fourth = answers().await;
    for gone in [first, second, third].concat() {
        assert!(!fourth.contains(&gone) && !exists(gone), "{gone}");
    }
    assert_eq!(host.delete("one/a").await.status, 204);
    assert_eq!(host.read("one/a").await.status, 404);
    for path in ["one", "two"] {
        let last = process(&host, path);
        host.disable(path).await.unwrap();
        let others = !plugin.is_old() && path == "one";
        assert_eq!(last.exited_by_now().is_none(), others, "{path}");
    }
    until("its sockets are gone", || std::fs::read_dir(scratch.run()).unwrap().count() == 0).await;
}

#[tokio::test]
async fn kv_of_2019_keeps_its_mounts() {
    keeps_its_mounts(KV_2019).await;
}

#[tokio::test]
async fn kv_keeps_its_mounts() {
    keeps_its_mounts(KV).await;
}

/// The second version of kv makes keys and upgrades its storage when it is mounted.
async fn has_versions(plugin: Plugin) {
    let scratch = Scratch::new();
    let Some(host) = host(&scratch, plugin).await else { return };
    host.enable(Enable::secrets("kv").at("kv").option("version", "2")).await.unwrap();
    let begun = std::time::Instant::now();
    for value in ["first", "second"] {
        let data = json!({ "data": { "value": value } });
        // It answers once its storage is upgraded.
        while !host.write("kv/data/a", data.clone()).await.is_success() {
            assert!(begun.elapsed() < PATIENCE, "{:?}", host.write("kv/data/a", data).await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    let read = host.read("kv/data/a").await;
    assert_eq!(read.field("/data/value"), "second");
    let version = read.field("/metadata/version").as_u64().unwrap();
    assert_eq!(host.delete("kv/data/a").await.status, 204);
    let deleted = host.read("kv/data/a").await;
    assert_eq!((deleted.status, deleted.field("/data")), (404, &Value::Null));
    host.kill("kv").await.unwrap();
    let undelete = json!({ "versions": [version] });
    assert_eq!(host.write("kv/undelete/a", undelete).await.status, 204);
    assert_eq!(host.read("kv/data/a").await.field("/data/value"), "second");
    assert_eq!(host.list("kv/metadata").await.keys(), ["a"]);
    host.disable("kv").await.unwrap();
}

#[tokio::test]
async fn kv_of_2019_has_versions() {
    has_versions(KV_2019).await;
}

#[tokio::test]
async fn kv_has_versions() {
    has_versions(KV).await;
}

/// What signs the tokens that logins present.
struct Issuer {
    key: SigningKey,
}

impl Issuer {
    fn new() -> Self {
        Self { key: SigningKey::random(&mut OsRng) }
    }

    /// The public key in PEM.
    fn pem(&self) -> String {
        // A SubjectPublicKeyInfo up to the point of a key on P-521.
        let mut der = b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01".to_vec();
        der.extend(b"\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00");
        der.extend(VerifyingKey::from(&self.key).to_encoded_point(false).as_bytes());
        let body = STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    }

    fn token(&self, subject: &str) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let encoded = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let header = encoded(json!({ "alg": "ES512", "typ": "JWT" }));
        let now = now.as_secs();
        let claims = encoded(json!({
            "iss": "test",
            "sub": subject,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        }));
        let signed = format!("{header}.{claims}");
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

async fn logs_in(plugin: Plugin) {
    let scratch = Scratch::new();
    let Some(host) = host(&scratch, plugin).await else { return };
    host.enable(Enable::auth("jwt").at("jwt")).await.unwrap();
    runs_as(plugin, &host, "auth/jwt");
    let issuer = Issuer::new();
    let config = json!({
        "jwt_validation_pubkeys": [issuer.pem()],
        "jwt_supported_algs": ["ES512"],
        "bound_issuer": "test",
    });
    let configured = host.write("auth/jwt/config", config).await;
    assert!(configured.is_success(), "{configured:?}");
    let role = json!({
        "role_type": "jwt",
        "user_claim": "sub",
        "bound_subject": "alice",
        "policies": ["dev"],
        "ttl": "1h",
        "max_ttl": "2h",
    });
    let written = host.write("auth/jwt/role/dev", role).await;
    assert!(written.is_success(), "{written:?}");
    let login = async |subject: &str| {
        let data = json!({ "role": "dev", "jwt": issuer.token(subject) });
        host.write("auth/jwt/login", data).await
    };
    assert!(!login("mallory").await.is_success());

    host.kill("auth/jwt").await.unwrap();
    let login = login("alice").await;
    let auth = login.auth.clone().unwrap_or_else(|| panic!("{login:?}"));
    assert_eq!(auth.lease_duration, Duration::from_secs(3600));
    assert!(auth.policies.contains(&"dev".to_owned()), "{auth:?}");
    host.advance(Duration::from_secs(1800)).await;
    let renewed = host.renew_token(&auth.client_token, Duration::ZERO).await;
    let renewed = renewed.success().unwrap().auth.unwrap();
    assert_eq!(renewed.lease_duration, Duration::from_secs(3600));

    // Its process is not there when the renewal comes.
    host.restart().await.unwrap();
    runs_as(plugin, &host, "auth/jwt");
    host.advance(Duration::from_secs(1800)).await;
    let renewed = host.renew_token(&auth.client_token, Duration::ZERO).await;
    assert!(renewed.is_success(), "{renewed:?}");
    assert_eq!(process(&host, "auth/jwt").handshake().protocol_version, plugin.protocol);
    assert!(host.revoke_token(&auth.client_token).await.is_success());

    host.reload_plugin("jwt").await.unwrap();
    host.tick().await;
    assert!(host.process("auth/jwt").unwrap().is_some(), "the tick has started it");
    host.disable("auth/jwt").await.unwrap();
    assert!(host.processes().is_empty());
    until("its sockets are gone", || std::fs::read_dir(scratch.run()).unwrap().count() == 0).await;
}

#[tokio::test]
async fn jwt_of_2019_logs_in() {
    logs_in(JWT_2019).await;
}

#[tokio::test]
async fn jwt_logs_in() {
    logs_in(JWT).await;
}

#[tokio::test]
async fn the_kit_checks_a_plugin_of_2019_through_the_fallback() {
    let Some(folder) = folder() else { return };
    let check = Conformance::of_file(folder.join(KV_2019.file));
    let findings = check.write("a", json!({ "value": "planted value" })).run().await;
    let verdict = |check: &str| {
        let found = findings.iter().find(|finding| finding.check == check);
        found.unwrap_or_else(|| panic!("no {check} in {findings:#?}")).verdict
    };
    assert_eq!(verdict("protocol version"), Verdict::Warning);
    for check in ["metadata mode", "type", "mount", "requests to try with", "delete"] {
        assert_eq!(verdict(check), Verdict::Ok, "{check}");
    }
    let failures: Vec<_> =
        findings.iter().filter(|finding| finding.verdict == Verdict::Failure).collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

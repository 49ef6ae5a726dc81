//! This workspace's plugins under a host that offers protocols 3 and 4 alone, as Vault 1.2.3 does.

use std::time::Duration;

use plugin_host::{Enable, Host, Launch, PluginType};
use serde_json::json;

use crate::scratch::{Scratch, exists};

const HOUR: Duration = Duration::from_secs(3600);

/// A host with a secrets engine and an auth method, configured.
async fn host(scratch: &Scratch, versions: &[u32]) -> Host {
    let (run, versions) = (scratch.run(), versions.to_vec());
    let host = Host::builder()
        .plugin_directory(scratch.plugins())
        .launch(move |path| Launch::new(path).directory(&run).protocol_versions(versions.clone()))
        .build();
    for (kind, name) in [(PluginType::Secret, "leased"), (PluginType::Auth, "auth_method")] {
        scratch.example(name, name);
        host.register(scratch.registration_as(kind, name)).await.unwrap();
    }
    for path in ["e", "f"] {
        host.enable(Enable::secrets("leased").at(path)).await.unwrap();
    }
    host.enable(Enable::auth("auth_method").at("a")).await.unwrap();
    assert!(host.processes().is_empty(), "a request starts a mount's process");
    for path in ["e", "f"] {
        let config = json!({ "url": "https://x" });
        host.write(&format!("{path}/config"), config).await.success().unwrap();
        let role = json!({ "user": "svc", "ttl": "1h", "max_ttl": "3h" });
        host.write(&format!("{path}/role/dev"), role).await.success().unwrap();
    }
    host
}

async fn serves(versions: &[u32], expected: u32) {
    let scratch = Scratch::new();
    let host = host(&scratch, versions).await;
    let process = |path: &str| host.process(path).unwrap().unwrap();
    let pid = |path: &str| process(path).pid();
    assert!(host.mounts().iter().all(|mount| mount.protocol_version == Some(expected)));
    assert_eq!(process("e").handshake().protocol_version, expected);
    assert_ne!(pid("e"), pid("f"), "a process for each mount");

    let lease = host.read("e/creds/dev").await.success().unwrap().lease.unwrap();
    let other = pid("f");
    for _ in 0..2 {
        let before = pid("e");
        host.kill("e").await.unwrap();
        let renewed = host.renew(&lease.id, Duration::ZERO).await.success().unwrap();
        assert_eq!(renewed.lease.unwrap().duration, HOUR);
        assert_ne!(pid("e"), before);
        host.reload("e").await.unwrap();
        assert!(host.process("e").unwrap().is_none(), "until a request comes");
        assert_eq!(host.read("e/role/dev").await.field("/user"), "svc");
    }
    assert_eq!(pid("f"), other, "the other mount's process went on");

    let login = host.write("auth/a/login", json!({ "password": "wrong" })).await;
    assert!((400..404).contains(&login.status), "{login:?}");
    assert_ne!(pid("auth/a"), other);

    host.seal().await;
    assert!(host.processes().is_empty() && !exists(other));
    host.unseal().await.unwrap();
    assert!(host.processes().is_empty());
    assert!(host.revoke(&lease.id).await.is_success());
    for path in ["e", "f", "auth/a"] {
        host.disable(path).await.unwrap();
    }
    assert!(host.processes().is_empty());
    scratch.is_clean().await;
}

#[tokio::test]
async fn plugins_serve_protocol_4() {
    serves(&[3, 4], 4).await;
}

#[tokio::test]
async fn plugins_serve_protocol_3() {
    serves(&[3], 3).await;
}

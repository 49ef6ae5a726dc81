//! Requests that come while their mount is reloaded: they wait for the new backend.

use plugin_host::{ApiRequest, Checksum, Enable, Host, PluginType, Registration};
use plugin_runtime::Operation;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::tutorial::example;

async fn host_of(kind: PluginType, name: &str) -> Host {
    let plugin = example(name);
    let host = Host::builder().plugin_directory(plugin.parent().unwrap()).build();
    let sum = Checksum::of_file(&plugin).unwrap();
    host.register(Registration::new(kind, name, sum)).await.unwrap();
    host
}

fn reloading(host: &Host, path: &'static str) -> JoinHandle<()> {
    let host = host.clone();
    tokio::spawn(async move { host.reload(path).await.unwrap() })
}

#[tokio::test]
async fn a_read_waits_for_the_new_backend() {
    let host = host_of(PluginType::Secret, "leased").await;
    host.enable(Enable::secrets("leased")).await.unwrap();
    let role = json!({ "user": "svc", "ttl": 60, "max_ttl": 600 });
    host.write("leased/role/dev", &role).await.success().unwrap();
    let reloading = reloading(&host, "leased");
    while !reloading.is_finished() {
        let answer = host.read("leased/role/dev").await;
        assert_eq!(answer.data, role, "{answer:?}");
    }
    reloading.await.unwrap();
}

#[tokio::test]
async fn a_login_waits_for_the_new_backend() {
    let host = host_of(PluginType::Auth, "auth_method").await;
    host.enable(Enable::auth("auth_method").at("shared")).await.unwrap();
    let reloading = reloading(&host, "auth/shared");
    while !reloading.is_finished() {
        let login = ApiRequest::new(Operation::Update, "auth/shared/login");
        let answer = host.request(login.data(json!({ "password": "super-secret-password" }))).await;
        assert!(answer.auth.is_some(), "{answer:?}");
    }
    reloading.await.unwrap();
}

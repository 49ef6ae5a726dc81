//! Questions of a backend to its server.

use serde_json::{Value, json};

use crate::host::Host;
use crate::host::view::Mood;

/// Question, method, this host's answer, and whether the reply has room for an error.
fn questions() -> [(&'static str, &'static str, Value, bool); 16] {
    let wrapped = json!([r#"token for {"wrapped":"data"}"#, "accessor-1", 60]);
    [
        ("default_lease_ttl", "DefaultLeaseTTL", json!(60), false),
        ("max_lease_ttl", "MaxLeaseTTL", json!(3600), false),
        ("tainted", "Tainted", json!(true), false),
        ("caching_disabled", "CachingDisabled", json!(true), false),
        ("replication_state", "ReplicationState", json!(12320), false),
        ("wrap_data", "ResponseWrapData", wrapped, true),
        ("mlock_enabled", "MlockEnabled", json!(true), false),
        ("local_mount", "LocalMount", json!(true), false),
        ("entity", "EntityInfo", json!("name of entity-1"), true),
        ("groups_of_entity", "GroupsForEntity", json!(["group of entity-1"]), true),
        ("plugin_environment", "PluginEnv", json!("2.7.2"), true),
        ("generate_password", "GeneratePasswordFromPolicy", json!("by policy-1"), false),
        ("cluster_info", "ClusterInfo", json!(["cluster", "id-1"]), true),
        ("generate_identity_token", "GenerateIdentityToken", json!(["for audience-1", 60]), false),
        ("register_rotation_job", "RegisterRotationJob", json!("job-1 at rotate every 60"), true),
        ("deregister_rotation_job", "DeregisterRotationJob", Value::Null, false),
    ]
}

#[tokio::test]
async fn every_question_arrives_and_its_answer_comes_back() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (question, method, answer, _) in questions() {
        let seen = mount.ask(&format!("view/{question}"), &Value::Null).await;
        assert_eq!(seen, json!({ "answer": answer }), "{question}");
        assert_eq!(mount.brokered.view.calls().last(), Some(&method));
    }
    assert_eq!(mount.brokered.view.calls().len(), questions().len());
    assert_eq!(mount.brokered.connections(), 1, "storage and system view share one");
}

#[tokio::test]
async fn what_a_server_does_not_have_is_unsupported_by_name() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.brokered.view.be(Mood::Unimplemented);
    for (question, method, _, _) in questions() {
        let seen = mount.ask(&format!("view/{question}"), &Value::Null).await;
        assert_eq!(seen["failure"], format!("Unsupported({method:?})"), "{question}");
        assert_eq!(seen["text"], format!("the server does not offer `{method}`"), "{question}");
    }
}

#[tokio::test]
async fn a_servers_refusal_comes_in_its_own_words() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.brokered.view.be(Mood::Refusing("not for you"));
    for (question, _, _, has_room) in questions() {
        let seen = mount.ask(&format!("view/{question}"), &Value::Null).await;
        let refused = seen["failure"] == r#"Refused("not for you")"#;
        assert_eq!(refused, has_room, "{question}: {seen}");
    }
}

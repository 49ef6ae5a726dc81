//! Changes to some fields of a stored value.

use plugin_runtime::fields::Seconds;
use plugin_runtime::framework::extract::{Fields, Patch, Path};
use plugin_runtime::framework::{Framework, patch};
use plugin_runtime::{Error, ErrorKind, Operation, Result, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mount::{HandlerResult, Mount, data, refusal};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Role {
    name: String,
    user: String,
    #[serde(default)]
    ttl: Seconds,
    #[serde(default)]
    labels: std::collections::BTreeMap<String, String>,
}

async fn patch_role(
    Path(name): Path<String>,
    patch: Patch<Role>,
    storage: Storage,
) -> Result<Fields<Role>> {
    let role = storage.get(&name).await?.ok_or_else(|| Error::bad_request("no such role"))?;
    let role = patch.apply(&role)?;
    storage.put(name, &role).await?;
    Ok(Fields(role))
}

async fn patched(body: Value) -> (HandlerResult, Value) {
    let mount = Mount::of(Framework::secrets(()).path("role/{name}", patch(patch_role)));
    let labels = json!({ "a": "1", "b": "2" });
    let role = json!({ "name": "dev", "user": "svc", "ttl": 60, "labels": labels });
    mount.storage.put("dev", &role).await.unwrap();
    let answer = mount.send(Operation::Patch, "role/dev", body).await;
    (answer, mount.storage.get("dev").await.unwrap().unwrap())
}

#[tokio::test]
async fn what_is_named_changes_and_the_rest_stays() {
    let labels = json!({ "a": "1", "b": "2" });
    for (body, user, ttl, labels) in [
        (Value::Null, "svc", 60, labels.clone()),
        (json!({}), "svc", 60, labels.clone()),
        (json!({ "user": "other" }), "other", 60, labels.clone()),
        (json!({ "ttl": "1h" }), "svc", 3600, labels.clone()),
        (json!({ "ttl": null }), "svc", 0, labels),
        (json!({ "labels": { "a": null, "c": 3 } }), "svc", 60, json!({ "b": "2", "c": "3" })),
        (json!({ "labels": null }), "svc", 60, json!({})),
    ] {
        let (answer, stored) = patched(body.clone()).await;
        let answer = answer.unwrap().unwrap();
        let expected = json!({ "name": "dev", "user": user, "ttl": ttl, "labels": labels });
        assert_eq!(data(&answer), expected, "{body}");
        assert_eq!(stored, expected, "{body}");
        assert!(answer.warnings().is_empty());
    }
}

#[tokio::test]
async fn what_would_not_be_valid_any_more_is_refused_by_field() {
    for (body, reason) in [
        (json!({ "user": null }), "missing required field: `user`"),
        (json!({ "ttl": "planted" }), "error converting input for field \"ttl\""),
        (json!({ "labels": { "a": ["planted"] } }), "error converting input for field \"labels"),
    ] {
        let (answer, stored) = patched(body.clone()).await;
        let (kind, text) = refusal(answer);
        assert_eq!(kind, ErrorKind::BadRequest, "{body}");
        assert!(text.contains(reason) && !text.contains("planted"), "{text}");
        assert_eq!((&stored["user"], &stored["ttl"]), (&json!("svc"), &json!(60)));
    }
}

#[tokio::test]
async fn strange_fields_are_warned_of_and_the_path_wins() {
    let (answer, stored) = patched(json!({ "strange": 1, "name": "other" })).await;
    let answer = answer.unwrap().unwrap();
    assert_eq!(stored["name"], "dev");
    let [ignored, replaced] = answer.warnings() else { panic!("{:?}", answer.warnings()) };
    assert!(ignored.ends_with("[strange]") && replaced.ends_with("[name]"));
}

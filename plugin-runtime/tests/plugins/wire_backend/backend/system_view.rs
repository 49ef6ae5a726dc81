//! Questions to the system view.

use std::time::Duration;

use plugin_runtime::{Data, Error, Request, Response, RotationJob, SystemView, SystemViewError};
use serde_json::{Value, json};

pub(super) async fn ask(question: &str, request: &Request) -> Result<Response, Error> {
    Response::new(&match answered(question, &request.system_view).await {
        Ok(answer) => json!({ "answer": answer }),
        Err(error) => json!({ "failure": format!("{error:?}"), "text": error.to_string() }),
    })
}

async fn answered(question: &str, view: &SystemView) -> Result<Value, SystemViewError> {
    let minute = Duration::from_secs(60);
    Ok(match question {
        "default_lease_ttl" => json!(view.default_lease_ttl().await?.as_secs()),
        "max_lease_ttl" => json!(view.max_lease_ttl().await?.as_secs()),
        "tainted" => json!(view.tainted().await?),
        "caching_disabled" => json!(view.caching_disabled().await?),
        "replication_state" => json!(view.replication_state().await?.bits()),
        "wrap_data" => {
            let data = Data::from_text(r#"{"wrapped":"data"}"#).unwrap_or_default();
            let info = view.wrap_data(data, minute).await?;
            json!([info.token.as_str(), info.accessor, info.ttl.as_secs()])
        }
        "mlock_enabled" => json!(view.mlock_enabled().await?),
        "local_mount" => json!(view.local_mount().await?),
        "entity" => json!(view.entity("entity-1").await?.map(|entity| entity.name)),
        "groups_of_entity" => {
            let groups = view.groups_of_entity("entity-1").await?;
            json!(groups.into_iter().map(|group| group.name).collect::<Vec<_>>())
        }
        "plugin_environment" => json!(view.plugin_environment().await?.version),
        "generate_password" => json!(view.generate_password("policy-1").await?.as_str()),
        "cluster_info" => {
            let info = view.cluster_info().await?;
            json!([info.name, info.id])
        }
        "generate_identity_token" => {
            let token = view.generate_identity_token("audience-1", minute).await?;
            json!([token.token.as_str(), token.ttl.as_secs()])
        }
        "register_rotation_job" => {
            let job = RotationJob {
                name: "job-1".to_owned(),
                path: "rotate".to_owned(),
                period: minute,
                ..RotationJob::default()
            };
            json!(view.register_rotation_job(job).await?)
        }
        "deregister_rotation_job" => {
            json!(view.deregister_rotation_job("mount/", "rotate").await?)
        }
        _ => Value::Null,
    })
}

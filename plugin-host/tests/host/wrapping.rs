//! Answers behind a token that can be used once.

use std::time::Duration;

use plugin_host::{Answer, ApiRequest, Enable, Host};
use plugin_runtime::Operation;
use serde_json::json;

use crate::engine::{error, host};

const MINUTE: Duration = Duration::from_secs(60);

async fn unwrap(host: &Host, token: &str) -> Answer {
    host.request(ApiRequest::new(Operation::Update, "sys/wrapping/unwrap").token(token)).await
}

#[tokio::test]
async fn a_wrapped_answer_can_be_had_once_and_in_time() {
    let (host, _) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    host.write("docs/doc/x", json!({ "n": 1 })).await.success().unwrap();
    let wrapped = async || {
        let request = ApiRequest::new(Operation::Read, "docs/doc/x").token(host.root_token());
        host.request(request.wrapped(MINUTE)).await
    };
    let answer = wrapped().await;
    assert!(answer.data.is_null(), "{:?}", answer.data);
    let wrap = answer.wrap.unwrap();
    assert_eq!((wrap.ttl, wrap.creation_path.as_str()), (MINUTE, "docs/doc/x"));
    assert_eq!(unwrap(&host, &wrap.token).await.field("/n"), 1);
    let twice = unwrap(&host, &wrap.token).await;
    assert_eq!(twice.status, 400);
    assert_eq!(error(&twice), "wrapping token is not valid or does not exist");
    let late = wrapped().await.wrap.unwrap();
    host.advance(MINUTE).await;
    assert_eq!(unwrap(&host, &late.token).await.status, 400);
    // What fails is not wrapped.
    let request = ApiRequest::new(Operation::Read, "docs/doc/missing").token(host.root_token());
    let missing = host.request(request.wrapped(MINUTE)).await;
    assert_eq!((missing.status, missing.wrap.is_none()), (404, true));
}

#[tokio::test]
async fn a_plugin_may_have_data_wrapped() {
    let (host, _) = host();
    host.enable(Enable::secrets("documents").at("docs")).await.unwrap();
    let answer = host.read("docs/wrapped").await.success().unwrap();
    let token = answer.field("/token").as_str().unwrap();
    assert_eq!(unwrap(&host, token).await.field("/a"), 1);
}

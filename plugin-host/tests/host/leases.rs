//! Leases and tokens by the host's clock, with the examples in this process and on the wire.

use std::time::Duration;

use plugin_host::{
    Answer, ApiRequest, Clock, Enable, Fault, Host, PluginType, Revoked, StorageOperation, When,
};
use plugin_runtime::{BackendType, Operation};
use serde_json::json;

use crate::scratch::Scratch;

const HOUR: Duration = Duration::from_secs(3600);

#[path = "../../../plugin-runtime/examples/auth_method.rs"]
#[allow(dead_code)]
mod auth_method;

/// A host with the examples in this process, and one with them on the wire; mounted and ready.
async fn both(scratch: &Scratch) -> [Host; 2] {
    let within = Host::new();
    within.register_backend(BackendType::Secrets, "leased", |_| crate::leased::engine::engine());
    within.register_backend(BackendType::Auth, "auth_method", |_| auth_method::auth_method());
    let wire = scratch.builder().build();
    for (kind, name) in [(PluginType::Secret, "leased"), (PluginType::Auth, "auth_method")] {
        scratch.example(name, name);
        wire.register(scratch.registration_as(kind, name)).await.unwrap();
    }
    for host in [&within, &wire] {
        host.enable(Enable::secrets("leased").at("e")).await.unwrap();
        host.enable(Enable::auth("auth_method").at("a")).await.unwrap();
        host.write("e/config", json!({ "url": "https://x" })).await.success().unwrap();
        let role = json!({ "user": "svc", "ttl": "1h", "max_ttl": "3h" });
        host.write("e/role/dev", role).await.success().unwrap();
    }
    [within, wire]
}

/// The id of a new lease.
async fn issued(host: &Host) -> String {
    let answer = host.read("e/creds/dev").await.success().unwrap();
    let lease = answer.lease.unwrap();
    assert!(lease.id.starts_with("e/creds/dev/"), "{}", lease.id);
    assert_eq!((lease.duration, lease.renewable), (HOUR, true));
    lease.id
}

async fn tokens_of_the_service(host: &Host) -> usize {
    host.list("e/service").await.keys().len()
}

async fn log_in(host: &Host, password: &str) -> Answer {
    let request = ApiRequest::new(Operation::Update, "auth/a/login");
    host.request(request.data(json!({ "password": password }))).await
}

#[tokio::test]
async fn leases_are_renewed_up_to_their_limit_and_end_by_the_clock() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let id = issued(&host).await;
        assert_eq!(tokens_of_the_service(&host).await, 1);
        assert!(host.advance(HOUR / 2).await.is_empty());
        let renewed = host.renew(&id, Duration::ZERO).await.success().unwrap();
        assert_eq!(renewed.lease.unwrap().duration, HOUR);
        host.advance(HOUR - Duration::from_secs(1)).await;
        let renewed = host.renew(&id, 5 * HOUR).await.success().unwrap();
        let most = 3 * HOUR - HOUR / 2 - HOUR + Duration::from_secs(1);
        assert_eq!(renewed.lease.unwrap().duration, most, "max_ttl in all");
        assert!(!renewed.warnings.is_empty(), "and the caller is told");
        assert!(host.advance(most - Duration::from_secs(1)).await.is_empty());
        let due = host.next_due().unwrap();
        assert_eq!(due, host.clock().now() + Duration::from_secs(1));
        let ended = host.advance(Duration::from_secs(1)).await;
        assert_eq!((ended.len(), &ended[0].revoked), (1, &Revoked::Done));
        assert_eq!(tokens_of_the_service(&host).await, 0);
        assert!(host.lease(&id).is_none());
        assert!(!host.renew(&id, Duration::ZERO).await.is_success());
    }
}

#[tokio::test]
async fn revocations_come_at_once_later_or_with_a_prefix() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let ids = [issued(&host).await, issued(&host).await, issued(&host).await];
        assert_eq!(host.leases("e/").len(), 3);
        assert_eq!(host.revoke(&ids[0]).await.status, 204);
        assert_eq!(host.revoke(&ids[0]).await.status, 204, "twice");
        assert_eq!(tokens_of_the_service(&host).await, 2);
        host.revoke_later(&ids[1]);
        assert_eq!(tokens_of_the_service(&host).await, 2);
        assert_eq!(host.run_due().await.len(), 1);
        assert_eq!(tokens_of_the_service(&host).await, 1);
        assert_eq!(host.revoke_prefix("e/creds").await.status, 204);
        assert_eq!(tokens_of_the_service(&host).await, 0);
        assert!(host.leases("").is_empty());
    }
}

#[tokio::test]
async fn a_revocation_that_fails_is_tried_again() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let id = issued(&host).await;
        let faults = host.faults("e").unwrap();
        let failing = || When::nth(1).of(StorageOperation::Delete).below("service/");
        faults.add(failing(), Fault::Fail("the service is down".to_owned()));
        let refused = host.revoke(&id).await;
        assert!(!refused.is_success(), "{refused:?}");
        assert!(host.lease(&id).is_some());
        faults.add(failing(), Fault::Fail("the service is down".to_owned()));
        let ended = host.advance(HOUR).await;
        let [expired] = ended.as_slice() else { panic!("{ended:?}") };
        let Revoked::Retried { at, error } = &expired.revoked else { panic!("{expired:?}") };
        assert!(error.contains("the service is down"), "{error}");
        let wait = at.duration_since(host.clock().now()).unwrap();
        let ended = host.advance(wait).await;
        assert_eq!((ended.len(), &ended[0].revoked), (1, &Revoked::Done));
        assert_eq!(tokens_of_the_service(&host).await, 0);
    }
}

#[tokio::test]
async fn a_crash_during_a_revocation_is_made_good() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        issued(&host).await;
        let delete = When::nth(1).of(StorageOperation::Delete).below("service/");
        host.faults("e").unwrap().add(delete, Fault::KillAfter);
        let ended = host.advance(HOUR).await;
        assert_eq!((ended.len(), &ended[0].revoked), (1, &Revoked::Done), "repeated once");
        assert_eq!(tokens_of_the_service(&host).await, 0);
    }
}

#[tokio::test]
async fn a_mount_takes_its_leases_along_when_it_moves_or_goes() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let id = issued(&host).await;
        assert!(host.move_mount("e", "auth/x").await.is_err());
        host.register_backend(BackendType::Secrets, "taken", |_| crate::leased::engine::engine());
        host.enable(Enable::secrets("taken")).await.unwrap();
        assert!(host.move_mount("e", "taken").await.is_err());
        assert!(host.lease(&id).is_some(), "a move that fails leaves them alone");
        host.move_mount("e", "moved").await.unwrap();
        assert!(host.lease(&id).is_none());
        assert!(host.list("moved/service").await.keys().is_empty());
        host.read("moved/creds/dev").await.success().unwrap();
        let storage = host.storage("moved").unwrap();
        assert_eq!(storage.list("service/").await.unwrap().len(), 1);
        host.disable("moved").await.unwrap();
        assert!(host.leases("").is_empty());
    }
}

#[tokio::test]
async fn what_was_left_half_done_is_rolled_back() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let lossy = json!({ "url": "https://x", "lose_answers": true });
        host.write("e/config", lossy).await.success().unwrap();
        assert!(!host.read("e/creds/dev").await.is_success());
        assert_eq!(tokens_of_the_service(&host).await, 1);
        host.tick().await;
        assert_eq!(tokens_of_the_service(&host).await, 1, "it may still be under way");
        host.roll_back_now("e").await.unwrap();
        assert_eq!(tokens_of_the_service(&host).await, 0);
    }
}

#[tokio::test]
async fn logins_are_renewed_and_end_by_the_clock() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        assert_eq!(log_in(&host, "wrong").await.status, 403);
        let auth = log_in(&host, "super-secret-password").await.success().unwrap().auth.unwrap();
        assert_eq!(auth.lease_duration, Duration::from_secs(30));
        assert_eq!(auth.token_policies, ["default", "my-policy", "other-policy"]);
        let token = auth.client_token;
        let status = async || {
            let request = ApiRequest::new(Operation::Read, "e/role/dev").token(&token);
            host.request(request).await.status
        };
        assert_eq!(status().await, 200);
        host.advance(Duration::from_secs(20)).await;
        let renewed = host.renew_token(&token, Duration::ZERO).await.success().unwrap();
        assert_eq!(renewed.auth.unwrap().lease_duration, Duration::from_secs(30));
        host.advance(Duration::from_secs(29)).await;
        assert_eq!(status().await, 200);
        host.advance(Duration::from_secs(1)).await;
        assert_eq!(status().await, 403);
        assert!(host.token(&token).is_none());
        assert!(!host.renew_token(&token, Duration::ZERO).await.is_success());
    }
}

#[tokio::test]
async fn a_tokens_leases_end_with_it_and_tokens_with_their_mount() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let log_in = async || {
            let auth = log_in(&host, "super-secret-password").await.success().unwrap().auth;
            auth.unwrap()
        };
        let lease_of = async |token: &str| {
            let request = ApiRequest::new(Operation::Read, "e/creds/dev").token(token);
            host.request(request).await.success().unwrap().lease.unwrap().id
        };
        let auth = log_in().await;
        let lease = lease_of(&auth.client_token).await;
        assert_eq!(host.revoke_accessor(&auth.accessor).await.status, 204);
        assert!(host.lease(&lease).is_none());
        assert_eq!(tokens_of_the_service(&host).await, 0);

        let auth = log_in().await;
        lease_of(&auth.client_token).await;
        host.advance(Duration::from_secs(30)).await;
        assert_eq!(tokens_of_the_service(&host).await, 0, "its time was over");

        let auth = log_in().await;
        lease_of(&auth.client_token).await;
        host.disable("auth/a").await.unwrap();
        assert!(host.token(&auth.client_token).is_none());
        assert_eq!(tokens_of_the_service(&host).await, 0);
    }
}

#[tokio::test]
async fn leases_and_tokens_survive_a_seal() {
    let scratch = Scratch::new();
    for host in both(&scratch).await {
        let id = issued(&host).await;
        host.seal().await;
        assert_eq!(host.renew(&id, Duration::ZERO).await.status, 503);
        assert_eq!(host.revoke(&id).await.status, 503);
        host.unseal().await.unwrap();
        host.renew(&id, Duration::ZERO).await.success().unwrap();
        // What comes to its end under a seal is revoked after it.
        host.seal().await;
        host.advance(HOUR).await;
        host.unseal().await.unwrap();
        for _ in 0..8 {
            let wait = host.next_due().and_then(|at| at.duration_since(host.clock().now()).ok());
            host.advance(wait.unwrap_or_default()).await;
        }
        assert_eq!(tokens_of_the_service(&host).await, 0);
    }
}

#[tokio::test]
async fn hosts_may_share_a_clock() {
    let clock = Clock::new();
    let hosts = [(); 2].map(|()| Host::builder().clock(clock.clone()).build());
    clock.advance(HOUR);
    assert_eq!(hosts[0].clock().now(), hosts[1].clock().now());
}

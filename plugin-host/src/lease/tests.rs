use futures_util::FutureExt as _;

use super::*;
use crate::answer::Answer;
use crate::mounted_backend::InstanceError;
use crate::script::{HOUR, LIMITS, Reply, SECOND, Script, data, failure, noon, response, secret};
use plugin_runtime::framework::TtlError;

const MINUTE: Duration = Duration::from_secs(60);
const PATH: &str = "db/creds/dev";

fn leases() -> (Clock, Leases) {
    let clock = Clock::at(noon());
    (clock.clone(), Leases::new(clock))
}

fn issue(secret: pb::Secret) -> NewLease {
    NewLease {
        mount: "db/".to_owned(),
        path: PATH.to_owned(),
        data: r#"{"password":"planted-password"}"#.into(),
        secret,
        token: Some("s.token".to_owned()),
        not_after: None,
    }
}

fn leased(leases: &Leases, ttl: Duration, max_ttl: Duration) -> String {
    leases.register(issue(secret(ttl, max_ttl)), LIMITS).unwrap().0.id
}

fn renew(leases: &Leases, script: &Script, id: &str, increment: Duration) -> Answer {
    leases.renew(script, id, increment).now_or_never().unwrap()
}

fn run(leases: &Leases, script: &Script) -> Vec<Expired> {
    leases.run_due(script).now_or_never().unwrap()
}

fn renewed(secret: pb::Secret) -> Reply {
    response(pb::Response { secret: Some(secret), ..data(r#"{"again":1}"#) })
}

#[test]
fn a_lease_is_named_after_its_path_and_lives_as_the_mount_allows() {
    let (clock, leases) = leases();
    let (lease, warnings) = leases.register(issue(secret(MINUTE, HOUR)), LIMITS).unwrap();
    let random = lease.id.strip_prefix("db/creds/dev/").unwrap();
    assert!(random.len() == 24 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!((lease.duration, lease.renewable, warnings.len()), (MINUTE, true, 0));
    let info = leases.lookup(&lease.id).unwrap();
    assert_eq!((info.issue_time, info.expire_time), (clock.now(), clock.now() + MINUTE));
    assert_eq!((info.ttl, info.renewable, info.path.as_str()), (MINUTE, true, PATH));

    let (lease, _) = leases.register(issue(secret(Duration::ZERO, HOUR)), LIMITS).unwrap();
    assert_eq!(lease.duration, LIMITS.default);
    let (lease, warnings) = leases.register(issue(secret(20 * HOUR, 99 * HOUR)), LIMITS).unwrap();
    assert_eq!((lease.duration, warnings.len()), (LIMITS.max, 1));
    let none = TtlLimits { max: Duration::ZERO, ..LIMITS };
    let refused = leases.register(issue(secret(MINUTE, HOUR)), none);
    assert_eq!(refused, Err(LeaseError::Ttl(TtlError::NoMax)));
    let answer = refused.unwrap_err().answer_to_issue();
    assert_eq!(answer, Answer::refused(500, "max TTL must be greater than zero"));
}

#[test]
fn a_batch_tokens_lease_does_not_outlive_it() {
    let (clock, leases) = leases();
    let not_after = Some(clock.now() + MINUTE);
    let new = NewLease { not_after, ..issue(secret(HOUR, HOUR)) };
    let (lease, _) = leases.register(new, LIMITS).unwrap();
    assert_eq!(lease.duration, MINUTE);
    clock.advance(MINUTE / 2);
    let script = Script::of([renewed(secret(HOUR, HOUR))]);
    let answer = renew(&leases, &script, &lease.id, HOUR);
    assert_eq!(answer.lease.unwrap().duration, MINUTE / 2);
}

#[test]
fn a_renewal_carries_what_was_issued_and_what_is_wished() {
    let (clock, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    clock.advance(MINUTE / 2);
    let script = Script::of([renewed(secret(MINUTE, HOUR)), renewed(secret(MINUTE, HOUR))]);
    let answer = renew(&leases, &script, &id, 10 * MINUTE);
    let lease = answer.lease.clone().unwrap();
    assert_eq!((answer.status, answer.field("/again")), (200, &serde_json::json!(1)));
    assert_eq!((lease.id.as_str(), lease.duration), (id.as_str(), 10 * MINUTE));
    let info = leases.lookup(&id).unwrap();
    assert_eq!(info.expire_time, clock.now() + 10 * MINUTE);
    assert_eq!(info.last_renewal, Some(clock.now()));

    renew(&leases, &script, &id, Duration::ZERO);
    let [first, second] = script.requests().try_into().unwrap();
    assert_eq!((first.operation.as_str(), first.path.as_str()), ("renew", "creds/dev"));
    assert_eq!(first.mount_point, "db/");
    assert_eq!(first.data.as_ref(), br#"{"password":"planted-password"}"#);
    let secret = first.secret.unwrap();
    let options = secret.lease_options.unwrap();
    assert_eq!(options.issue_time, Some(noon().into()));
    assert_eq!(options.increment, 600_000_000_000);
    assert_eq!(options.ttl, 60_000_000_000);
    assert!(secret.lease_id.is_empty());
    assert_eq!(secret.internal_data.as_ref(), br#"{"secret_type":"planted-internal"}"#);
    // What the renewal answered is what is stored now.
    assert_eq!(second.data.as_ref(), br#"{"again":1}"#);
    let secret = second.secret.unwrap();
    assert!(secret.lease_id.is_empty());
    assert_eq!(secret.lease_options.unwrap().ttl, 600_000_000_000);
}

#[test]
fn renewals_end_at_the_limit_of_the_whole_life() {
    let (clock, leases) = leases();
    let id = leased(&leases, 50 * MINUTE, HOUR);
    clock.advance(45 * MINUTE);
    let script = Script::of([renewed(secret(50 * MINUTE, HOUR))]);
    let answer = renew(&leases, &script, &id, HOUR);
    assert_eq!(answer.lease.unwrap().duration, 15 * MINUTE);
    assert_eq!(answer.warnings.len(), 1);

    let script = Script::of([renewed(secret(MINUTE, MINUTE))]);
    let answer = renew(&leases, &script, &id, Duration::ZERO);
    assert_eq!(answer, Answer::refused(400, "past the max TTL, cannot renew"));
}

#[test]
fn what_is_not_renewable_is_refused_without_a_call() {
    let (clock, leases) = leases();
    let mut once = secret(MINUTE, HOUR);
    once.lease_options.as_mut().unwrap().renewable = false;
    let once = leases.register(issue(once), LIMITS).unwrap().0.id;
    let late = leased(&leases, MINUTE, HOUR);
    let script = Script::default();
    let refused = |id: &str| renew(&leases, &script, id, Duration::ZERO);
    assert_eq!(refused("db/none"), Answer::refused(400, "lease not found"));
    assert_eq!(refused(&once), Answer::refused(400, "lease is not renewable"));
    clock.advance(MINUTE + SECOND);
    assert_eq!(refused(&late), Answer::refused(400, "lease expired"));
    assert_eq!(script.requests().len(), 0);
}

#[test]
fn a_renewal_that_the_plugin_refuses_or_forgets_changes_nothing() {
    let (_, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    let before = leases.lookup(&id);
    let script = Script::of([
        failure(0, "gone"),
        response(data(r#"{"error":"no"}"#)),
        Err(InstanceError::Gone),
        failure(0, "cannot write to readonly storage"),
        response(data(r#"{"a":1}"#)),
        Ok(pb::HandleRequestReply::default()),
    ]);
    for (status, text) in [
        (400, "gone"),
        (400, "no"),
        (400, "plugin is shut down"),
        (500, "storage is read-only"),
        (204, ""),
        (204, ""),
    ] {
        let answer = renew(&leases, &script, &id, MINUTE);
        assert_eq!(answer.status, status, "{text}");
        assert!(answer.errors.join("").contains(text), "{:?}", answer.errors);
    }
    assert_eq!(leases.lookup(&id), before);
    let script = Script::gone();
    assert_eq!(renew(&leases, &script, &id, MINUTE).status, 400);
}

#[test]
fn what_is_due_is_revoked_in_its_order_and_not_before() {
    let (clock, leases) = leases();
    let later = leased(&leases, 2 * MINUTE, HOUR);
    let first = leased(&leases, MINUTE, HOUR);
    let script = Script::default();
    clock.advance(MINUTE - SECOND);
    assert_eq!(run(&leases, &script), []);
    assert_eq!(leases.next_due(), Some(noon() + MINUTE));
    clock.advance(10 * MINUTE);
    let ids: Vec<_> = run(&leases, &script).into_iter().map(|it| it.lease_id).collect();
    assert_eq!(ids, [first, later]);
    assert_eq!((leases.list(""), leases.next_due()), (vec![], None));
    let request = script.requests().remove(0);
    assert_eq!((request.operation.as_str(), request.path.as_str()), ("revoke", "creds/dev"));
    assert_eq!(request.data.as_ref(), br#"{"password":"planted-password"}"#);
    let options = request.secret.unwrap().lease_options.unwrap();
    assert_eq!(options.issue_time, Some(noon().into()));
}

#[test]
fn a_failed_revocation_is_tried_six_times_with_growing_delays() {
    let (clock, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    clock.advance(MINUTE);
    let script = Script::of((0..6).map(|_| failure(0, "db is down")));
    for attempt in 1..6 {
        let found = run(&leases, &script).remove(0).revoked;
        let Revoked::Retried { at, error } = found else { panic!("{found:?}") };
        assert!(error.contains("db is down"), "{error}");
        let middle = SECOND * 10 * 2_u32.pow(attempt);
        let delay = at.duration_since(clock.now()).unwrap();
        assert!((middle / 2..=middle * 3 / 2).contains(&delay), "{attempt}: {delay:?}");
        let info = leases.lookup(&id).unwrap();
        assert_eq!((info.revoke_attempts, info.next_attempt), (attempt, Some(at)));
        assert_eq!(run(&leases, &script), [], "not before its time");
        clock.advance(delay);
    }
    let found = run(&leases, &script).remove(0).revoked;
    assert!(matches!(found, Revoked::GivenUp { .. }), "{found:?}");
    let info = leases.lookup(&id).unwrap();
    assert_eq!(
        info.irrevocable.as_deref(),
        Some(concat!(
            "out of retries: failed to revoke entry: ",
            "resp: (*logical.Response)(nil) err: db is down"
        ))
    );
    clock.advance(100 * HOUR);
    assert_eq!((run(&leases, &script), leases.next_due()), (vec![], None));
    let refused = "lease is expired and has failed previous revocation attempts";
    assert_eq!(renew(&leases, &script, &id, MINUTE), Answer::refused(400, refused));
    assert_eq!(script.requests().len(), 6);
}

#[test]
fn a_revocation_that_works_in_the_end_drops_the_lease() {
    let (clock, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    clock.advance(MINUTE);
    let script = Script::of([Err(InstanceError::Gone), response(data(r#"{"error":"no"}"#))]);
    for _ in 0..2 {
        assert!(matches!(run(&leases, &script)[0].revoked, Revoked::Retried { .. }));
        clock.advance(HOUR);
    }
    assert_eq!(run(&leases, &script)[0].revoked, Revoked::Done);
    assert_eq!(leases.lookup(&id), None);
}

#[test]
fn some_errors_end_all_attempts_at_once() {
    for (number, given_up) in [
        (0, false),
        (4, false),
        (5, true),
        (6, true),
        (7, true),
        (8, false),
        (9, false),
        (10, true),
    ] {
        let (clock, leases) = leases();
        let id = leased(&leases, MINUTE, HOUR);
        clock.advance(MINUTE);
        run(&leases, &Script::of([failure(number, "x")]));
        assert_eq!(leases.lookup(&id).unwrap().irrevocable.is_some(), given_up, "{number}");
    }
    let (clock, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    clock.advance(MINUTE);
    run(&leases, &Script::of([failure(11, "no server knows this number")]));
    assert_eq!(leases.lookup(&id), None);
}

#[test]
fn a_revocation_that_is_asked_for_is_done_or_leaves_everything_as_it_was() {
    let (_, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    let before = leases.lookup(&id);
    let script = Script::of([failure(10, "x")]);
    let revoke = |id: &str| leases.revoke(&script, id).now_or_never().unwrap();
    let error = revoke(&id).unwrap_err();
    assert_eq!(error.answer().status, 400);
    assert_eq!(leases.lookup(&id), before);
    assert_eq!(revoke(&id), Ok(()));
    assert_eq!(leases.lookup(&id), None);
    assert_eq!(revoke(&id), Ok(()), "there is none");
    assert_eq!(script.requests().len(), 2);
}

#[test]
fn a_lease_that_was_ended_is_revoked_by_the_next_run() {
    let (_, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    let other = NewLease { token: None, ..issue(secret(MINUTE, HOUR)) };
    let other = leases.register(other, LIMITS).unwrap().0.id;
    leases.revoke_by_token("s.token");
    let script = Script::default();
    assert_eq!(run(&leases, &script), [Expired { lease_id: id, revoked: Revoked::Done }]);
    leases.revoke_later(&other);
    assert_eq!(run(&leases, &script).len(), 1);
}

#[test]
fn a_prefix_is_a_folder_or_a_lease() {
    let (_, leases) = leases();
    let one = leased(&leases, MINUTE, HOUR);
    let _two = leased(&leases, MINUTE, HOUR);
    let near = NewLease { path: "db/creds/dev2".to_owned(), ..issue(secret(MINUTE, HOUR)) };
    let near = leases.register(near, LIMITS).unwrap().0.id;
    let script = Script::default();
    let revoke = |prefix: &str| leases.revoke_prefix(&script, prefix).now_or_never().unwrap();
    assert_eq!((revoke(&one), leases.list("db/").len()), (Ok(()), 2));
    assert_eq!((revoke(PATH), leases.list("db/")), (Ok(()), vec![near.clone()]));

    let script = Script::of([failure(0, "x"), failure(0, "x")]);
    let error = leases.revoke_prefix(&script, "db/").now_or_never().unwrap().unwrap_err();
    assert!(error.to_string().contains(&near), "{error}");
    assert_eq!(leases.list("db/").len(), 1);
    leases.revoke_force(&script, "db/").now_or_never().unwrap();
    assert_eq!(leases.list("db/").len(), 0);
}

/// Ends the lease while its renewal is under way.
struct Ending<'a>(&'a Leases);

impl LeaseCalls for Ending<'_> {
    fn call<'a>(
        &'a self,
        _mount: &'a str,
        _request: pb::Request,
    ) -> futures_util::future::BoxFuture<'a, Reply> {
        self.0.revoke_by_token("s.token");
        async { renewed(secret(HOUR, HOUR)) }.boxed()
    }

    fn ttl_limits(&self, _mount: &str) -> Option<TtlLimits> {
        Some(LIMITS)
    }
}

#[test]
fn a_renewal_does_not_outrun_the_end_of_the_token() {
    let (clock, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    leases.renew(&Ending(&leases), &id, HOUR).now_or_never().unwrap();
    assert_eq!(leases.next_due(), Some(clock.now()));
}

#[tokio::test]
async fn calls_for_one_lease_come_one_after_the_other() {
    let (_, leases) = leases();
    let id = leased(&leases, MINUTE, HOUR);
    let turn = leases.turn(&id).await.unwrap();
    let script = Script::default();
    let mut waiting = Box::pin(leases.revoke(&script, &id));
    assert_eq!(waiting.as_mut().now_or_never(), None);
    assert_eq!(script.requests().len(), 0);
    drop(turn);
    assert_eq!(waiting.await, Ok(()));
}

#[test]
fn debug_shows_no_secret() {
    let (_, leases) = leases();
    let new = issue(secret(MINUTE, HOUR));
    let shown = format!("{new:?}");
    let id = leases.register(new, LIMITS).unwrap().0.id;
    let entry = leases.entries.lock().get(&id).cloned().unwrap();
    for shown in [shown, format!("{leases:?}"), format!("{entry:?}")] {
        assert!(!shown.contains("planted") && !shown.contains("s.token"), "{shown}");
    }
}

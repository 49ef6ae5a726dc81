use std::time::Duration;

use futures_util::FutureExt as _;
use plugin_proto::{logical, pb};

use super::*;
use crate::answer::{Answer, AnswerAuth};
use crate::lease::{LeaseCalls, NewLease};
use crate::script::{HOUR, LIMITS, Reply, Script, data, failure, noon, response, secret, terms};
use plugin_runtime::TokenType;
use plugin_runtime::framework::{TtlError, TtlLimits};

const MINUTE: Duration = Duration::from_secs(60);
const PATH: &str = "auth/userpass/login/bob";

fn tokens() -> (Clock, Leases, Tokens) {
    let clock = Clock::at(noon());
    let leases = Leases::new(clock.clone());
    (clock.clone(), leases.clone(), Tokens::new(clock, leases))
}

fn mount() -> LoginMount {
    LoginMount {
        path: "auth/userpass/".to_owned(),
        mount_type: "userpass".to_owned(),
        accessor: "auth_userpass_1".to_owned(),
        token_type: TokenType::DefaultService,
        local: false,
    }
}

fn bob() -> pb::Auth {
    pb::Auth {
        lease_options: Some(terms(MINUTE, HOUR)),
        internal_data: r#"{"planted":"planted"}"#.into(),
        display_name: "bob".to_owned(),
        policies: vec!["Ops".to_owned()],
        metadata: [("username".to_owned(), "bob".to_owned())].into(),
        alias: Some(logical::Alias { name: "bob".to_owned(), ..Default::default() }),
        bound_cidrs: vec!["10.0.0.0/8".to_owned()],
        ..pb::Auth::default()
    }
}

fn login(tokens: &Tokens, auth: pb::Auth) -> Result<AnswerAuth, TokenError> {
    tokens.login(mount(), PATH, auth, LIMITS).map(|login| login.auth)
}

fn renew(tokens: &Tokens, script: &Script, token: &str, increment: Duration) -> Answer {
    tokens.renew(script, token, increment, None).now_or_never().unwrap()
}

fn renewed(auth: pb::Auth) -> Reply {
    response(pb::Response { auth: Some(auth), ..data("null") })
}

#[test]
fn a_login_becomes_a_service_token() {
    let (clock, _, tokens) = tokens();
    let auth = login(&tokens, bob()).unwrap();
    assert!(auth.client_token.starts_with("s.") && auth.client_token.len() == 26);
    assert_eq!((auth.policies.join(","), auth.renewable), ("default,ops".to_owned(), true));
    assert_eq!((auth.token_type, auth.lease_duration), (TokenType::Service, MINUTE));
    assert_eq!((auth.metadata["username"].as_str(), auth.orphan), ("bob", true));

    let info = tokens.lookup(&auth.client_token).unwrap();
    assert_eq!(info.display_name, "userpass-bob");
    assert_eq!((info.path.as_str(), info.policies.join(",")), (PATH, "default,ops".to_owned()));
    assert_eq!((info.ttl, info.expire_time), (MINUTE, Some(clock.now() + MINUTE)));
    assert_eq!(info.bound_cidrs[0].as_str(), "10.0.0.0/8");
    assert_eq!(info.accessor, auth.accessor);
    assert_eq!(tokens.by_accessor(&auth.accessor), Some(auth.client_token));
}

#[test]
fn policies_follow_the_login_and_root_is_for_nobody() {
    let (_, _, tokens) = tokens();
    let with = |policies: &[&str], no_default_policy| {
        let policies = policies.iter().map(|&policy| policy.to_owned()).collect();
        let auth = pb::Auth { policies, no_default_policy, ..bob() };
        login(&tokens, auth).map(|auth| auth.token_policies.join(","))
    };
    assert_eq!(with(&[], false).unwrap(), "default");
    assert_eq!(with(&["ops"], true).unwrap(), "ops");
    let error = with(&["ops", "Root"], false).unwrap_err();
    assert_eq!(error.answer(), Answer::refused(400, "auth methods cannot create root tokens"));
    let error = with(&["response-wrapping"], false).unwrap_err();
    assert_eq!(error.answer().errors, [r#"cannot assign policy "response-wrapping""#]);
}

#[test]
fn the_tokens_length_is_counted_as_servers_count_it() {
    let (_, _, tokens) = tokens();
    let with = |ttl, max_ttl, period: Duration, explicit: Duration| {
        let auth = pb::Auth {
            lease_options: Some(terms(ttl, max_ttl)),
            period: i64::try_from(period.as_nanos()).unwrap(),
            explicit_max_ttl: i64::try_from(explicit.as_nanos()).unwrap(),
            ..bob()
        };
        let login = tokens.login(mount(), PATH, auth, LIMITS).unwrap();
        (login.auth.lease_duration, login.warnings.len())
    };
    let zero = Duration::ZERO;
    assert_eq!(with(MINUTE, zero, zero, zero), (MINUTE, 0));
    assert_eq!(with(zero, zero, zero, zero), (LIMITS.default, 0));
    assert_eq!(with(HOUR, MINUTE, zero, zero), (MINUTE, 1));
    assert_eq!(with(99 * HOUR, zero, zero, zero), (LIMITS.max, 1));
    assert_eq!(with(MINUTE, zero, 2 * MINUTE, zero), (2 * MINUTE, 0));
    assert_eq!(with(HOUR, zero, zero, MINUTE), (MINUTE, 1));
    let none = TtlLimits { max: zero, ..LIMITS };
    let error = tokens.login(mount(), PATH, bob(), none).unwrap_err();
    assert_eq!((error.clone(), error.answer().status), (TokenError::Ttl(TtlError::NoMax), 500));
}

#[test]
fn the_same_name_in_the_same_mount_is_the_same_entity() {
    let (_, _, tokens) = tokens();
    let of = |mount: LoginMount, name: &str| {
        let alias = Some(logical::Alias { name: name.to_owned(), ..Default::default() });
        tokens.login(mount, PATH, pb::Auth { alias, ..bob() }, LIMITS).map(|it| it.auth.entity_id)
    };
    let first = of(mount(), "bob").unwrap();
    assert!(!first.is_empty());
    assert_eq!(of(mount(), "bob").unwrap(), first);
    assert_ne!(of(mount(), "eve").unwrap(), first);
    assert_ne!(of(LoginMount { accessor: "2".to_owned(), ..mount() }, "bob").unwrap(), first);
    let error = of(mount(), "").unwrap_err();
    assert_eq!(error.answer(), Answer::refused(500, "missing name in alias"));
    let nobody = login(&tokens, pb::Auth { alias: None, ..bob() }).unwrap();
    assert_eq!(nobody.entity_id, "");
}

#[test]
fn a_batch_token_only_ends_with_its_time() {
    let (clock, _, tokens) = tokens();
    let auth = login(&tokens, pb::Auth { token_type: 2, num_uses: 1, ..bob() }).unwrap();
    assert!(auth.client_token.starts_with("b."));
    assert_eq!((auth.accessor.as_str(), auth.renewable), ("", false));
    let token = auth.client_token.as_str();
    assert!(tokens.use_once(token).is_some() && tokens.use_once(token).is_some());
    assert_eq!(tokens.revoke(token), Err(TokenError::BatchRevoke));
    let answer = renew(&tokens, &Script::default(), token, MINUTE);
    assert_eq!(answer, Answer::refused(400, "batch tokens cannot be renewed"));
    tokens.revoke_mount("auth/userpass/");
    assert!(tokens.lookup(token).is_some());
    clock.advance(MINUTE);
    assert_eq!(tokens.lookup(token), None);
}

#[test]
fn uses_are_counted_to_the_last() {
    let (_, leases, tokens) = tokens();
    let token = login(&tokens, pb::Auth { num_uses: 2, ..bob() }).unwrap().client_token;
    assert_eq!(tokens.lookup(&token).unwrap().num_uses, 2);
    assert_eq!(tokens.use_once(&token).unwrap().num_uses, 1);
    tokens.used(&token);
    assert!(tokens.use_once(&token).is_some());
    assert_eq!(tokens.use_once(&token), None, "none is left");
    let id = lease_of(&leases, &token);
    tokens.used(&token);
    assert_eq!(leases.lookup(&id).unwrap().expire_time, noon());
    assert_eq!(tokens.use_once("s.unknown"), None);
}

fn lease_of(leases: &Leases, token: &str) -> String {
    let new = NewLease {
        mount: "db/".to_owned(),
        path: "db/creds/dev".to_owned(),
        data: "null".into(),
        secret: secret(HOUR, HOUR),
        token: Some(token.to_owned()),
        not_after: None,
    };
    leases.register(new, LIMITS).unwrap().0.id
}

#[test]
fn the_end_of_a_token_is_the_end_of_its_leases() {
    let (clock, leases, tokens) = tokens();
    let token = login(&tokens, bob()).unwrap().client_token;
    let id = lease_of(&leases, &token);
    let other = lease_of(&leases, tokens.root());
    clock.advance(MINUTE);
    assert_eq!(tokens.lookup(&token), None, "its time is over");
    assert_eq!(tokens.next_due(), Some(clock.now()));
    tokens.run_due();
    let script = Script::default();
    let expired = leases.run_due(&script).now_or_never().unwrap();
    assert_eq!(expired[0].lease_id, id);
    assert_eq!(script.requests().len(), 1, "the auth method is not notified");
    assert!(leases.lookup(&other).is_some());

    let token = login(&tokens, bob()).unwrap().client_token;
    let id = lease_of(&leases, &token);
    tokens.revoke(&token).unwrap();
    assert_eq!((tokens.lookup(&token), leases.next_due()), (None, Some(clock.now())));
    assert_eq!(leases.lookup(&id).unwrap().ttl, Duration::ZERO);
    tokens.revoke(&token).unwrap();

    let token = login(&tokens, bob()).unwrap().client_token;
    tokens.revoke_mount("auth/userpass/");
    assert_eq!(tokens.lookup(&token), None);
    assert!(tokens.lookup(tokens.root()).is_some());
}

#[test]
fn root_never_ends_and_is_not_renewed() {
    let (clock, _, tokens) = tokens();
    clock.advance(1_000_000 * HOUR);
    tokens.run_due();
    let info = tokens.lookup(tokens.root()).unwrap();
    assert_eq!((info.policies, info.expire_time), (vec!["root".to_owned()], None));
    let answer = renew(&tokens, &Script::default(), tokens.root(), MINUTE);
    assert_eq!(answer, Answer::refused(400, "lease is not renewable"));
}

#[test]
fn a_renewal_asks_the_auth_method_and_keeps_the_token_from_it() {
    let (clock, _, tokens) = tokens();
    let first = login(&tokens, bob()).unwrap();
    clock.advance(MINUTE / 2);
    let given = |request: &pb::Request| {
        let auth = request.auth.clone().unwrap();
        pb::Auth { internal_data: r#"{"renewed":1}"#.into(), ..auth }
    };
    let script = Script::of([Ok(pb::HandleRequestReply::default())]);
    let connection = pb::Connection { remote_addr: "10.1.1.1".to_owned(), ..Default::default() };
    let token = first.client_token.as_str();
    let answer = tokens.renew(&script, token, 5 * MINUTE, Some(connection));
    assert_eq!(answer.now_or_never().unwrap(), Answer::empty(204), "no login, no renewal");
    assert_eq!(tokens.lookup(token).unwrap().ttl, MINUTE / 2);

    let request = script.requests().remove(0);
    assert_eq!((request.operation.as_str(), request.path.as_str()), ("renew", "login/bob"));
    assert_eq!(
        (request.mount_point.as_str(), request.data.as_ref()),
        ("auth/userpass/", &b"null"[..])
    );
    assert_eq!(request.connection.as_ref().unwrap().remote_addr, "10.1.1.1");
    let auth = request.auth.as_ref().unwrap();
    assert_eq!((auth.client_token.as_str(), auth.accessor.as_str()), ("", first.accessor.as_str()));
    assert_eq!(auth.internal_data.as_ref(), br#"{"planted":"planted"}"#);
    assert_eq!(
        (auth.policies.join(","), auth.token_policies.join(",")),
        ("Ops".to_owned(), "default,ops".to_owned())
    );
    assert_eq!(auth.alias.as_ref().unwrap().mount_accessor, "auth_userpass_1");
    let options = auth.lease_options.unwrap();
    assert_eq!((options.issue_time, options.increment), (Some(noon().into()), 300_000_000_000));

    let script = Script::of([renewed(given(&request)), renewed(given(&request))]);
    let answer = renew(&tokens, &script, token, 5 * MINUTE);
    let auth = answer.auth.unwrap();
    assert_eq!((auth.client_token.as_str(), auth.lease_duration), (token, 5 * MINUTE));
    assert_eq!(auth.policies.join(","), "default,ops");
    let info = tokens.lookup(token).unwrap();
    assert_eq!((info.ttl, info.last_renewal), (5 * MINUTE, Some(clock.now())));
    // What the plugin answered is what it gets next time.
    renew(&tokens, &script, token, MINUTE);
    let again = script.requests().remove(1).auth.unwrap();
    assert_eq!(again.internal_data.as_ref(), br#"{"renewed":1}"#);
}

#[test]
fn renewals_of_a_token_end_at_its_limits() {
    let (clock, _, tokens) = tokens();
    let token = login(&tokens, pb::Auth { lease_options: Some(terms(50 * MINUTE, HOUR)), ..bob() });
    let token = token.unwrap().client_token;
    clock.advance(45 * MINUTE);
    let script = Script::of([
        renewed(pb::Auth { lease_options: Some(terms(MINUTE, HOUR)), ..bob() }),
        renewed(pb::Auth { lease_options: Some(terms(MINUTE, MINUTE)), ..bob() }),
    ]);
    let answer = renew(&tokens, &script, &token, HOUR);
    assert_eq!(answer.auth.unwrap().lease_duration, 15 * MINUTE);
    assert_eq!(answer.warnings.len(), 1);
    let answer = renew(&tokens, &script, &token, HOUR);
    assert_eq!(answer.status, 500);
    assert!(answer.errors[0].contains("past the max TTL, cannot renew"));

    let periodic = || pb::Auth { period: 120_000_000_000, ..bob() };
    let token = login(&tokens, periodic()).unwrap().client_token;
    let script = Script::of([renewed(periodic())]);
    let answer = renew(&tokens, &script, &token, HOUR);
    assert_eq!(answer.auth.unwrap().lease_duration, 2 * MINUTE, "the wish does not count");
}

#[test]
fn a_renewal_that_is_refused_says_why_and_changes_nothing() {
    let (clock, _, tokens) = tokens();
    let token = login(&tokens, bob()).unwrap().client_token;
    let before = tokens.lookup(&token);
    let script = Script::of([
        response(data(r#"{"error":"policies have changed"}"#)),
        failure(8, ""),
        failure(0, "x"),
    ]);
    let refused = || renew(&tokens, &script, &token, MINUTE);
    assert_eq!(refused(), Answer::refused(400, "policies have changed"));
    let denied = "1 error occurred:\n\t* failed to renew entry: permission denied\n\n";
    assert_eq!(refused(), Answer::refused(403, denied));
    assert_eq!(refused().status, 500);
    assert_eq!(tokens.lookup(&token), before);

    let mut once = bob();
    once.lease_options.as_mut().unwrap().renewable = false;
    let once = login(&tokens, once).unwrap().client_token;
    let answer = renew(&tokens, &script, &once, MINUTE);
    assert_eq!(answer, Answer::refused(400, "lease is not renewable"));
    clock.advance(MINUTE);
    assert_eq!(refused(), Answer::refused(403, "permission denied"), "its time is over");
    assert_eq!(script.requests().len(), 3);
}

/// Revokes the token while its renewal is under way.
struct Revoking<'a>(&'a Tokens, &'a str);

impl LeaseCalls for Revoking<'_> {
    fn call<'a>(
        &'a self,
        _mount: &'a str,
        _request: pb::Request,
    ) -> futures_util::future::BoxFuture<'a, Reply> {
        self.0.revoke(self.1).unwrap();
        async { renewed(bob()) }.boxed()
    }

    fn ttl_limits(&self, _mount: &str) -> Option<TtlLimits> {
        Some(LIMITS)
    }
}

#[test]
fn a_renewal_does_not_bring_a_revoked_token_back() {
    let (_, _, tokens) = tokens();
    let token = login(&tokens, bob()).unwrap().client_token;
    tokens.renew(&Revoking(&tokens, &token), &token, HOUR, None).now_or_never().unwrap();
    assert_eq!(tokens.lookup(&token), None);
}

#[test]
fn debug_shows_no_token() {
    let (_, _, tokens) = tokens();
    let login = tokens.login(mount(), PATH, bob(), LIMITS).unwrap();
    let token = login.auth.client_token.as_str();
    let info = tokens.lookup(token).unwrap();
    let entry = tokens.state.lock().by_token.get(token).cloned().unwrap();
    for shown in
        [format!("{login:?}"), format!("{info:?}"), format!("{entry:?}"), format!("{tokens:?}")]
    {
        assert!(!shown.contains(token) && !shown.contains(&info.accessor), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
    }
}

use std::collections::HashMap;

use serde_json::json;

use super::*;
use crate::mounted_backend::InstanceError;
use crate::script::{HOUR, Reply, SECOND, data, failure, response, secret, terms};
use plugin_proto::pb;
use plugin_runtime::Operation;
use std::time::Duration;

fn reply(operation: Operation, access: Access, reply: Reply) -> FromReply {
    Answer::from_reply(Asked { operation, access, wrap_ttl: None }, reply)
}

fn of(operation: Operation, given: Reply) -> Answer {
    reply(operation, Access::Token, given).answer
}

fn read(text: &'static str) -> Answer {
    of(Operation::Read, response(data(text)))
}

fn list(text: &'static str) -> Answer {
    of(Operation::List, response(data(text)))
}

const NOTHING: Reply = Ok(pb::HandleRequestReply { response: None, err: None });

#[test]
fn nothing_is_not_found_when_read_and_no_content_otherwise() {
    use Operation::{Create, Delete, Header, List, Patch, Read, Update};
    for (operation, status) in [
        (Read, 404),
        (List, 404),
        (Header, 404),
        (Create, 204),
        (Update, 204),
        (Patch, 204),
        (Delete, 204),
    ] {
        let answer = of(operation, NOTHING);
        assert_eq!(answer, Answer::empty(status), "{operation}");
    }
}

#[test]
fn data_and_warnings_are_shown() {
    let wire = pb::Response { warnings: vec!["old".to_owned()], ..data(r#"{"a":{"b":1}}"#) };
    let answer = of(Operation::Read, response(wire));
    assert_eq!((answer.status, answer.warnings.as_slice()), (200, ["old".to_owned()].as_slice()));
    assert_eq!(answer.field("/a/b"), 1);
    assert!(answer.field("/c").is_null());
    assert_eq!(answer.data_as::<HashMap<String, Value>>().unwrap().len(), 1);
    assert_eq!(answer.data_as::<Vec<u8>>(), Err(AnswerError::Shape));
    assert_eq!(read("null"), Answer::empty(200));
}

#[test]
fn big_numbers_are_rounded_as_servers_round_them() {
    assert_eq!(read(r#"{"n":9007199254740993}"#).field("/n"), 9_007_199_254_740_992_u64);
}

#[test]
fn lists_are_found_when_they_have_keys_or_something_else_to_say() {
    assert_eq!(list(r#"{"keys":["a","b/"]}"#).keys(), ["a", "b/"]);
    for (text, status) in [
        ("null", 404),
        ("{}", 404),
        (r#"{"keys":[]}"#, 404),
        (r#"{"keys":null,"other":1}"#, 200),
        (r#"{"other":1}"#, 200),
        (r#"{"keys":"a"}"#, 500),
        (r#"{"keys":["a",1]}"#, 500),
    ] {
        let answer = list(text);
        assert_eq!((answer.status, answer.errors.len()), (status, 0), "{text}");
    }
    let warned = pb::Response { warnings: vec!["none yet".to_owned()], ..data("{}") };
    assert_eq!(of(Operation::List, response(warned)).status, 200);
}

#[test]
fn an_error_response_is_shown_as_it_is() {
    let answer = of(Operation::Update, response(data(r#"{"error":"no"}"#)));
    assert_eq!(answer, Answer::refused(400, "no"));
    let answer = of(Operation::Update, response(data(r#"{"error":"no","data":{"why":1}}"#)));
    assert_eq!((answer.status, answer.field("/why")), (400, &json!(1)));
    for ordinary in [r#"{"error":"no","more":1}"#, r#"{"error":null}"#] {
        assert_eq!(read(ordinary).status, 200, "{ordinary}");
    }
}

#[test]
fn an_error_has_its_status_and_the_servers_words_around_it() {
    for (number, text, status, shown) in [
        (0, "x", 500, "x"),
        (1, "x", 500, "x"),
        (2, "x", 500, "x"),
        (4, "x", 400, "x"),
        (5, "x", 405, "unsupported operation"),
        (6, "x", 404, "unsupported path"),
        (7, "x", 400, "invalid request"),
        (8, "x", 403, "permission denied"),
        (9, "x", 500, "request needs further approval"),
        (10, "x", 500, "unrecoverable error"),
        (0, "permission denied", 403, "permission denied"),
        (0, "rate limit quota exceeded", 429, "rate limit quota exceeded"),
        (0, "relative paths not supported", 400, "relative paths not supported"),
        (0, "Vault is sealed", 503, "Vault is sealed"),
        (0, "denied: permission denied", 500, "denied: permission denied"),
    ] {
        let answer = of(Operation::Read, failure(number, text));
        let expected = format!("1 error occurred:\n\t* {shown}\n\n");
        assert_eq!(answer, Answer::refused(status, expected), "{number}");
    }
}

#[test]
fn a_number_that_servers_do_not_know_is_success() {
    assert_eq!(of(Operation::Update, failure(11, "x")).status, 204);
}

#[test]
fn a_coded_error_has_its_code_unless_a_text_stands_beside_it() {
    let coded = |err_code, response| {
        let err = pb::ProtoError { err_type: 3, err_msg: "x".to_owned(), err_code };
        of(Operation::Read, Ok(pb::HandleRequestReply { response, err: Some(err) }))
    };
    assert_eq!(coded(418, None).status, 418);
    assert_eq!(coded(0, None).status, 500);
    assert_eq!(coded(1_000_000, None).status, 500);
    let beside = coded(418, Some(Box::new(data(r#"{"error":"teapot"}"#))));
    assert_eq!(beside, Answer::refused(400, "teapot"));
}

#[test]
fn an_error_beside_an_error_response_gives_the_status_and_not_the_text() {
    let err = pb::ProtoError { err_type: 8, ..Default::default() };
    let response = Some(data(r#"{"error":"no batch tokens"}"#));
    let answer = of(
        Operation::Update,
        Ok(pb::HandleRequestReply { response: response.map(Box::new), err: Some(err) }),
    );
    assert_eq!(answer, Answer::refused(403, "no batch tokens"));
    let err = pb::ProtoError { err_msg: "x".to_owned(), ..Default::default() };
    let response = Some(data(r#"{"a":1}"#));
    let answer = of(
        Operation::Update,
        Ok(pb::HandleRequestReply { response: response.map(Box::new), err: Some(err) }),
    );
    assert_eq!(answer.status, 400);
}

#[test]
fn what_is_wrong_with_the_call_is_the_servers_failure() {
    let answer = of(Operation::Read, Err(InstanceError::Gone));
    let text = "1 error occurred:\n\t* plugin is shut down\n\n";
    assert_eq!(answer, Answer::refused(500, text));
    let answer = reply(Operation::Read, Access::Login, Err(InstanceError::Gone)).answer;
    assert_eq!(answer, Answer::refused(500, "plugin is shut down"));
}

#[test]
fn a_reply_that_a_server_cannot_read_is_its_failure() {
    let no_issue = pb::LeaseOptions { issue_time: None, ..terms(SECOND, SECOND) };
    let leased = pb::Secret { lease_options: Some(no_issue), ..secret(SECOND, SECOND) };
    let empty = pb::Secret { internal_data: "".into(), ..secret(SECOND, SECOND) };
    let bound = pb::Auth { bound_cidrs: vec!["10.0.0.0/33".to_owned()], ..Default::default() };
    for (wire, text) in [
        (data(""), "unexpected end of JSON input"),
        (data("{"), "invalid JSON"),
        (data("[1]"), "json: cannot unmarshal"),
        (pb::Response { secret: Some(leased), ..data("null") }, "nil Timestamp"),
        (pb::Response { secret: Some(empty), ..data("null") }, "unexpected end"),
        (pb::Response { auth: Some(bound), ..data("null") }, "CIDR"),
    ] {
        let found = reply(Operation::Read, Access::Token, response(wire));
        assert_eq!(found.answer.status, 500, "{text}");
        assert!(found.answer.errors[0].contains(text), "{:?}", found.answer.errors);
        assert!(found.secret.is_none() && found.auth.is_none());
    }
    let lenient = pb::Auth { internal_data: "".into(), ..Default::default() };
    let wire = pb::Response { auth: Some(lenient), ..data("null") };
    assert_eq!(reply(Operation::Update, Access::Login, response(wire)).answer.status, 200);
}

#[test]
fn a_redirect_sends_the_caller_elsewhere() {
    let wire = pb::Response { redirect: "https://idp/".to_owned(), ..data("null") };
    let answer = of(Operation::Read, response(wire));
    assert_eq!((answer.status, answer.redirect.as_deref()), (307, Some("https://idp/")));
    let headers = Headers::from([("location".to_owned(), vec!["https://idp/".to_owned()])]);
    assert_eq!(Answer::from_http(307, headers, b"<a>").redirect, answer.redirect);
}

#[test]
fn raw_answers_are_sent_as_they_are() {
    let answer = read(
        r#"{"http_status_code":201,"http_content_type":"text/plain","http_raw_body":"aGk=",
            "http_raw_cache_control":"max-age=1"}"#,
    );
    let raw = answer.raw.clone().unwrap();
    assert_eq!((answer.status, raw.content_type.as_str()), (201, "text/plain"));
    assert_eq!(raw.body.as_ref(), b"hi");
    assert_eq!(answer.header("cache-control"), Some("max-age=1"));
    let plain = read(
        r#"{"http_status_code":200,"http_content_type":"text/plain","http_raw_body":"not base64"}"#,
    );
    assert_eq!(plain.raw.unwrap().body.as_ref(), b"not base64");
    assert_eq!(read(r#"{"http_status_code":204}"#), Answer::empty(204));
}

#[test]
fn a_raw_answer_with_the_servers_json_is_read_as_that() {
    let answer = read(
        r#"{"http_status_code":400,"http_content_type":"application/json",
            "http_raw_body":"{\"request_id\":\"1\",\"data\":{\"a\":1}}"}"#,
    );
    assert_eq!((answer.status, answer.field("/a"), &answer.raw), (400, &json!(1), &None));
}

#[test]
fn broken_raw_answers_are_the_servers_failure() {
    for (text, why) in [
        (r#"{"http_status_code":"200"}"#, "cannot decode status code"),
        (r#"{"http_status_code":200}"#, "no content type given"),
        (r#"{"http_status_code":200,"http_content_type":1}"#, "cannot decode content type"),
        (
            r#"{"http_status_code":200,"http_content_type":"a/b","http_raw_body":1}"#,
            "cannot decode body",
        ),
    ] {
        let answer = read(text);
        assert_eq!((answer.status, answer.header("X-Vault-Raw-Error")), (500, Some(why)), "{text}");
    }
    let raw = data(r#"{"http_status_code":204}"#);
    let wire = pb::Response { secret: Some(secret(SECOND, SECOND)), ..raw };
    assert_eq!(of(Operation::Read, response(wire)).status, 500);
}

#[test]
fn headers_are_passed_on_and_alone_are_no_answer() {
    let header = pb::Header { header: vec!["1".to_owned()] };
    let headers = HashMap::from([("X-Custom".to_owned(), header)]);
    let wire = pb::Response { headers, ..data("null") };
    for (operation, status) in [(Operation::Update, 204), (Operation::Read, 404)] {
        let answer = of(operation, response(wire.clone()));
        assert_eq!((answer.status, answer.header("x-custom")), (status, Some("1")));
    }
    let answer = of(Operation::Read, response(pb::Response { data: "{}".into(), ..wire }));
    assert_eq!((answer.status, answer.header("x-custom")), (200, Some("1")));
}

#[test]
fn secrets_and_logins_come_only_where_they_may() {
    let leased = || pb::Response { secret: Some(secret(SECOND, SECOND)), ..data("null") };
    let login = || pb::Response { auth: Some(pb::Auth::default()), ..data("null") };
    let in_list = "1 error occurred:\n\t* internal error\n\n";
    for (access, wire, error) in [
        (Access::Token, leased(), None),
        (Access::Login, login(), None),
        (Access::Token, login(), Some(in_list)),
        (Access::Open, login(), Some(in_list)),
        (Access::Login, leased(), Some("internal error")),
        (Access::Open, leased(), Some("internal error")),
    ] {
        let found = reply(Operation::Update, access, response(wire.clone()));
        assert_eq!(found.answer.errors.first().map(String::as_str), error, "{access:?}");
        let status = if error.is_some() { 500 } else { 200 };
        assert_eq!(found.answer.status, status);
        assert_eq!(found.secret.is_some(), access == Access::Token && wire.secret.is_some());
        assert_eq!(found.auth.is_some(), access == Access::Login && wire.auth.is_some());
    }
}

#[test]
fn a_login_beside_an_error_or_by_another_operation_gives_no_token() {
    let login = pb::Response { auth: Some(pb::Auth::default()), ..data("null") };
    let err = pb::ProtoError { err_msg: "x".to_owned(), ..Default::default() };
    let both = pb::HandleRequestReply { response: Some(Box::new(login.clone())), err: Some(err) };
    let found = reply(Operation::Update, Access::Login, Ok(both));
    assert_eq!((found.answer, found.auth), (Answer::refused(400, "x"), None));
    let found = reply(Operation::Delete, Access::Login, response(login));
    assert_eq!((found.answer.status, found.answer.warnings.len(), found.auth), (200, 1, None));
}

#[test]
fn the_shorter_wish_for_wrapping_counts_and_errors_are_not_wrapped() {
    let asked = |wrap_ttl, text| {
        let wrap = pb::ResponseWrapInfo { ttl: 60_000_000_000, ..Default::default() };
        let wire = pb::Response { wrap_info: Some(wrap), ..data(text) };
        let asked = Asked { operation: Operation::List, access: Access::Token, wrap_ttl };
        Answer::from_reply(asked, response(wire))
    };
    let minute = Duration::from_secs(60);
    assert_eq!(asked(None, "{}").wrap_ttl, Some(minute));
    assert_eq!(asked(Some(HOUR), "{}").wrap_ttl, Some(minute));
    assert_eq!(asked(Some(SECOND), "{}").wrap_ttl, Some(SECOND));
    assert_eq!(asked(None, r#"{"error":"no"}"#).wrap_ttl, None);
    // No check looks into a list that is wrapped.
    assert_eq!(asked(None, "{}").answer.status, 200);
    let wrapped = asked(None, r#"{"a":1}"#).answer.wrapped(AnswerWrap::default());
    assert_eq!((wrapped.status, wrapped.data, wrapped.wrap.is_some()), (200, Value::Null, true));
}

#[test]
fn a_servers_json_becomes_the_same_answer() {
    let body = json!({
        "request_id": "1", "lease_id": "kv/a/x", "renewable": true, "lease_duration": 60,
        "data": { "a": 1 }, "wrap_info": null, "warnings": ["w"], "auth": null, "mount_type": "kv",
    });
    let answer = Answer::from_http(200, Headers::new(), body.to_string().as_bytes());
    let lease =
        AnswerLease { id: "kv/a/x".to_owned(), duration: Duration::from_secs(60), renewable: true };
    assert_eq!(answer.lease, Some(lease));
    let wire = pb::Response { warnings: vec!["w".to_owned()], ..data(r#"{"a":1}"#) };
    assert_eq!(Answer { lease: None, ..answer }, of(Operation::Read, response(wire)));

    let found = Answer::from_http(404, Headers::new(), br#"{"errors":[]}"#);
    assert_eq!(found, list("{}"));
    let found = Answer::from_http(400, Headers::new(), br#"{"errors":["no"],"data":{"why":1}}"#);
    assert_eq!(found, read(r#"{"error":"no","data":{"why":1}}"#));
    assert_eq!(Answer::from_http(204, Headers::new(), b""), Answer::empty(204));
}

#[test]
fn a_servers_login_and_wrap_are_read() {
    let body = json!({
        "request_id": "1",
        "auth": {
            "client_token": "s.1", "accessor": "a", "policies": ["default"], "metadata": null,
            "token_policies": ["default"], "lease_duration": 60, "renewable": true,
            "entity_id": "e", "token_type": "service", "orphan": true, "mfa_requirement": null,
            "num_uses": 3,
        },
    });
    let auth = Answer::from_http(200, Headers::new(), body.to_string().as_bytes()).auth.unwrap();
    assert_eq!((auth.client_token.as_str(), auth.num_uses), ("s.1", 3));
    assert_eq!(auth.lease_duration, Duration::from_secs(60));
    let body = br#"{"request_id":"1","lease_id":"a","lease_duration":-1}"#;
    let lease = Answer::from_http(200, Headers::new(), body).lease.unwrap();
    assert_eq!(lease.duration, Duration::ZERO);
    let body = json!({ "request_id": "", "wrap_info": { "token": "w", "ttl": 30 } });
    let wrap = Answer::from_http(200, Headers::new(), body.to_string().as_bytes()).wrap.unwrap();
    assert_eq!((wrap.token.as_str(), wrap.ttl.as_secs()), ("w", 30));
}

#[test]
fn success_is_told_from_refusal() {
    assert_eq!(Answer::empty(204).success().unwrap().status, 204);
    let error = Answer::refused(403, "no").success().unwrap_err();
    assert_eq!(error.to_string(), "the server answered 403: no");
}

#[test]
fn debug_shows_no_secret() {
    let planted = "planted-secret";
    let raw = RawAnswer { body: planted.into(), ..RawAnswer::default() };
    let auth = AnswerAuth {
        client_token: planted.to_owned(),
        accessor: planted.to_owned(),
        metadata: [("k".to_owned(), planted.to_owned())].into(),
        ..AnswerAuth::default()
    };
    let wrap = AnswerWrap { token: planted.to_owned(), ..AnswerWrap::default() };
    let answer = Answer {
        data: json!({ "password": planted }),
        raw: Some(raw),
        auth: Some(auth),
        wrap: Some(wrap),
        redirect: Some(planted.to_owned()),
        headers: [("X".to_owned(), vec![planted.to_owned()])].into(),
        ..Answer::empty(200)
    };
    let shown = format!("{answer:?}");
    assert!(!shown.contains(planted), "{shown}");
    assert!(shown.contains("password"), "{shown}");
}

//! The token fields of a role.

use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::request;
use crate::fields::{Seconds, TokenFields, TokenFieldsError, TokenFieldsUpdate, TokenType};
use crate::{Alias, Auth, BoundCidr, Connection, Data, Lease};

#[derive(Debug, Deserialize, JsonSchema)]
struct Role {
    #[serde(default)]
    bound: bool,
    #[serde(flatten)]
    token: TokenFields,
}

fn role(body: &str) -> TokenFields {
    request::<Role>(&[], body).expect("a role").value.token
}

#[test]
fn a_role_of_strings_reads_back_typed() {
    let parsed = request::<Role>(
        &[],
        r#"{"bound":"true","token_ttl":"1h","token_max_ttl":"1d","token_policies":"a, b",
            "token_num_uses":"5","token_no_default_policy":"1","token_type":"service","x":1}"#,
    )
    .expect("a role");
    assert_eq!(parsed.ignored, ["x"]);
    assert!(parsed.value.bound);
    let read = serde_json::to_value(&parsed.value.token).expect("JSON");
    let expected = json!({
        "token_bound_cidrs": [], "token_explicit_max_ttl": 0, "token_max_ttl": 86400,
        "token_no_default_policy": true, "token_num_uses": 5, "token_period": 0,
        "token_policies": ["a", "b"], "token_strictly_bind_ip": false, "token_ttl": 3600,
        "token_type": "service"
    });
    assert_eq!(read, expected);
    let stored: TokenFields = serde_json::from_value(read).expect("what was stored");
    assert_eq!(stored, parsed.value.token);
}

#[test]
fn contradictions_are_refused() {
    use TokenFieldsError::*;
    let rows = [
        ("{}", Ok(())),
        (r#"{"token_type":""}"#, Ok(())),
        (r#"{"token_type":"default-batch"}"#, Ok(())),
        (r#"{"token_bound_cidrs":"10.0.0.0/8,::1,1.2.3.4,/run/s"}"#, Ok(())),
        (r#"{"token_bound_cidrs":"10.0.0.0/8,10.0.0.0/33"}"#, Err(BoundCidrs(1))),
        (r#"{"token_bound_cidrs":"10.0.0.0/+8"}"#, Err(BoundCidrs(0))),
        (r#"{"token_bound_cidrs":"host"}"#, Err(BoundCidrs(0))),
        (r#"{"token_num_uses":-1}"#, Err(NegativeUses)),
        (r#"{"token_type":"batch","token_period":"1h"}"#, Err(PeriodicBatch)),
        (r#"{"token_type":"batch","token_num_uses":1}"#, Err(CountedBatch)),
        (r#"{"token_ttl":"2h","token_max_ttl":"1h"}"#, Err(TtlAboveMax)),
        (r#"{"token_ttl":"2h"}"#, Ok(())),
        (r#"{"token_strictly_bind_ip":true,"token_bound_cidrs":"::1"}"#, Err(BindConflict)),
    ];
    for (body, expected) in rows {
        assert_eq!(role(body).validate(), expected, "{body}");
    }
}

#[test]
fn refused_fields_are_named() {
    for body in [r#"{"token_ttl":"-1h"}"#, r#"{"token_type":"x"}"#, r#"{"token_num_uses":"x"}"#] {
        let field = body.split('"').nth(1).expect("a name");
        super::assert_names(&request::<Role>(&[], body).expect_err(body), field);
    }
}

#[test]
fn an_update_leaves_alone_what_it_does_not_name() {
    let mut fields = role(r#"{"token_ttl":60,"token_policies":"a"}"#);
    let update = |body| request::<TokenFieldsUpdate>(&[], body).expect("an update").value;
    update(r#"{"token_type":"batch","token_policies":""}"#).apply(&mut fields).expect("valid");
    assert_eq!((fields.token_ttl, fields.token_type), (Seconds::new(60), TokenType::Batch));
    assert!(fields.token_policies.is_empty());
    let before = fields.clone();
    let refused = update(r#"{"token_period":"1h"}"#).apply(&mut fields);
    assert_eq!((refused, fields), (Err(TokenFieldsError::PeriodicBatch), before));
}

/// The login of a request from this address.
fn login(body: &str, address: &str) -> Result<Auth, TokenFieldsError> {
    let connection = Connection { remote_addr: address.to_owned(), ..Connection::default() };
    let mut auth = Auth::of(Alias::named("bob"));
    role(body).apply_to(&mut auth, Some(&connection)).map(|()| auth)
}

#[test]
fn every_field_shapes_the_login() {
    let body = r#"{"token_ttl":"1h","token_max_ttl":"1d","token_explicit_max_ttl":"2d",
        "token_period":"30m","token_policies":"a,b","token_num_uses":5,"token_type":"service",
        "token_no_default_policy":true,"token_bound_cidrs":"10.0.0.0/8,::1"}"#;
    let expected = Auth {
        lease: Lease::of(Duration::from_secs(3600)).renewable_up_to(Duration::from_secs(86_400)),
        explicit_max_ttl: Duration::from_secs(172_800),
        period: Duration::from_secs(1800),
        policies: vec!["a".to_owned(), "b".to_owned()],
        num_uses: 5,
        token_type: TokenType::Service,
        no_default_policy: true,
        bound_cidrs: vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()],
        ..Auth::of(Alias::named("bob"))
    };
    assert_eq!(login(body, "127.0.0.1"), Ok(expected));
}

#[test]
fn a_renewal_keeps_what_is_not_the_roles() {
    let mut auth = Auth {
        internal_data: Data::new(&json!({ "version": 1 })).unwrap(),
        metadata: [("user".to_owned(), "bob".to_owned())].into(),
        policies: vec!["old".to_owned()],
        ..Auth::of(Alias::named("bob"))
    };
    auth.lease.increment = Duration::from_secs(7);
    auth.lease.issue_time = Some(SystemTime::UNIX_EPOCH);
    let before = auth.clone();
    role(r#"{"token_ttl":60}"#).apply_to(&mut auth, None).expect("no address is needed");
    let lease = Lease { ttl: Duration::from_secs(60), renewable: true, ..before.lease };
    assert_eq!(auth, Auth { lease, policies: Vec::new(), ..before });
}

#[test]
fn a_token_is_bound_to_the_address_of_its_login_or_not_made() {
    let strict = r#"{"token_strictly_bind_ip":true}"#;
    let bound = |address| login(strict, address).map(|auth| auth.bound_cidrs);
    let block = |text: &str| text.parse::<BoundCidr>().unwrap();
    assert_eq!(bound("10.1.2.3"), Ok(vec![block("10.1.2.3")]));
    assert_eq!(bound("2001:db8::1"), Ok(vec![block("2001:db8::1")]));
    assert_eq!(bound(""), Err(TokenFieldsError::UnknownAddress));
    let unknown = role(strict).apply_to(&mut Auth::default(), None);
    assert_eq!(unknown, Err(TokenFieldsError::UnknownAddress));
}

#[test]
fn fields_that_were_stored_unchecked_make_no_login() {
    use TokenFieldsError::*;
    for (body, expected) in [
        (r#"{"token_num_uses":-1}"#, NegativeUses),
        (r#"{"token_bound_cidrs":"::1,host"}"#, BoundCidrs(1)),
    ] {
        let mut auth = Auth::of(Alias::named("bob"));
        assert_eq!(role(body).apply_to(&mut auth, None), Err(expected), "{body}");
        assert_eq!(auth, Auth::of(Alias::named("bob")), "{body}");
    }
}

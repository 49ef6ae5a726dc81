//! The token fields of a role.

use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::request;
use crate::fields::{
    AliasMetadata, DeprecatedTokenFields, DeprecatedTokenFieldsUpdate, FieldError, Seconds,
    TokenFields, TokenFieldsError, TokenFieldsUpdate, TokenType,
};
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
    use TokenFieldsError::{
        BindConflict, CountedBatch, NegativeUses, PeriodicBatch, TokenType, TtlAboveMax,
    };
    let rows = [
        ("{}", Ok(())),
        (r#"{"token_type":""}"#, Ok(())),
        (r#"{"token_type":"default-service"}"#, Err(TokenType("default-service"))),
        (r#"{"token_type":"default-batch"}"#, Err(TokenType("default-batch"))),
        (r#"{"token_bound_cidrs":"10.0.0.0/8,::1,1.2.3.4,/run/s"}"#, Ok(())),
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

/// Returns the login of a request from this address.
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
    let mut auth = Auth::of(Alias::named("bob"));
    let refused = role(r#"{"token_num_uses":-1}"#).apply_to(&mut auth, None);
    assert_eq!(refused, Err(TokenFieldsError::NegativeUses));
    assert_eq!(auth, Auth::of(Alias::named("bob")));
}

#[test]
fn a_refused_address_is_named() {
    for (body, position, entry) in [
        (r#"{"token_bound_cidrs":"10.0.0.0/8, host"}"#, 1, "host"),
        (r#"{"token_bound_cidrs":["10.0.0.0/33"]}"#, 0, "10.0.0.0/33"),
        (r#"{"token_bound_cidrs":0}"#, 0, "0"),
        (r#"{"token_bound_cidrs":" "}"#, 0, ""),
        (r#"{"token_bound_cidrs":[null]}"#, 0, ""),
    ] {
        for refused in [
            request::<Role>(&[], body).map(drop),
            request::<TokenFields>(&[], body).map(drop),
            request::<TokenFieldsUpdate>(&[], body).map(drop),
        ] {
            let Err(FieldError::Refused { field, reason }) = refused else { panic!("{refused:?}") };
            let expected = format!("element {position}: error parsing address {entry:?}");
            assert_eq!(field, "token_bound_cidrs", "{body}");
            assert!(reason.starts_with(&expected), "{reason}");
        }
    }
    let fields = role(r#"{"token_bound_cidrs":"1.2.3.4/32, 2001:DB8::1,1.2.3.4:80"}"#);
    let read = serde_json::to_value(&fields).expect("JSON");
    assert_eq!(read["token_bound_cidrs"], json!(["1.2.3.4", "2001:db8::1", "1.2.3.4:80"]));
}

/// An update, alone and flattened into another type.
#[derive(Debug, Deserialize, JsonSchema)]
struct RoleUpdate {
    #[serde(flatten)]
    token: TokenFieldsUpdate,
    #[serde(flatten)]
    old: DeprecatedTokenFieldsUpdate,
}

/// Checks the stored role with all fields set, recorded from Go's `tokenutil` of version 0.25.1 of
/// Vault's SDK; `None` is refused.
#[test]
fn null_and_nothing_change_each_field_as_in_go() {
    const ZERO: [&str; 4] = ["\"\"", "0", "\"0\"", "null"];
    let zero = |value: serde_json::Value| ZERO.map(|sent| (sent, Some(value.clone())));
    let none: Option<serde_json::Value> = None;
    let duration = |before: u32| {
        let mut rows = zero(json!(0)).to_vec();
        rows[3].1 = Some(json!(before));
        rows.extend(["[]", "{}", "false", "\" \"", "[null]"].map(|sent| (sent, none.clone())));
        rows
    };
    let list = |rows: [Option<serde_json::Value>; 4]| {
        let empty = ["null", "\"\"", "[]", "{}"].map(|sent| (sent, Some(json!([]))));
        let others = ["0", "\" \"", "[null]", "[\"\"]"].into_iter().zip(rows);
        empty.into_iter().chain(others).collect::<Vec<_>>()
    };
    let mut boolean = zero(json!(false)).to_vec();
    boolean.push(("false", Some(json!(false))));
    boolean.extend(["[]", "{}", "\" \"", "[null]"].map(|sent| (sent, none.clone())));
    let mut uses = zero(json!(0)).to_vec();
    uses.push(("false", Some(json!(0))));
    uses.extend(["[]", "{}", "\" \"", "[null]"].map(|sent| (sent, none.clone())));
    let mut kind = ["null", "\"\""].map(|sent| (sent, Some(json!("default")))).to_vec();
    kind.extend(["[]", "{}", "0", "\"0\"", "false", "\" \""].map(|sent| (sent, none.clone())));
    kind.extend(["\"default-service\"", "\"default-batch\""].map(|sent| (sent, none.clone())));
    let policies = [json!(["0"]), json!([""]), json!([""]), json!([""])].map(Some);
    let full = role(
        r#"{"token_bound_cidrs":"10.0.0.0/8","token_explicit_max_ttl":4,"token_max_ttl":3,
            "token_no_default_policy":true,"token_num_uses":7,"token_period":2,
            "token_policies":"a,b","token_ttl":1,"token_type":"service"}"#,
    );
    let tables = [
        ("token_bound_cidrs", list([None, None, None, None])),
        ("token_explicit_max_ttl", duration(4)),
        ("token_max_ttl", duration(3)),
        ("token_no_default_policy", boolean),
        ("token_num_uses", uses),
        ("token_period", duration(2)),
        ("token_policies", list(policies)),
        ("token_ttl", duration(1)),
        ("token_type", kind),
    ];
    for (field, rows) in tables {
        for (sent, expected) in rows {
            let body = format!("{{\"{field}\":{sent}}}");
            let direct = request::<TokenFieldsUpdate>(&[], &body).map(|parsed| parsed.value);
            let flat = request::<RoleUpdate>(&[], &body).map(|parsed| parsed.value.token);
            for update in [direct, flat] {
                let mut changed = full.clone();
                let done = update.ok().and_then(|update| update.apply(&mut changed).ok());
                let read = serde_json::to_value(&changed).expect("JSON");
                let read = done.map(|()| read[field].clone());
                assert_eq!(read, expected, "{body}");
            }
        }
    }
    let mut same = full.clone();
    TokenFieldsUpdate::default().apply(&mut same).expect("valid");
    assert_eq!(same, full);
}

/// Checks both names of a field in one request, recorded from Go's `tokenutil.UpgradeValue` of
/// version 0.25.1 of Vault's SDK: the values stored under the old name and under the new one.
#[test]
fn old_names_are_carried_over_as_in_go() {
    let full = role(
        r#"{"token_num_uses":7,"token_ttl":1,"token_policies":"a,b",
                        "token_bound_cidrs":"10.0.0.0/8"}"#,
    );
    let before: DeprecatedTokenFields = serde_json::from_value(json!({
        "policies": ["old"], "ttl": 1, "num_uses": 3, "bound_cidrs": ["10.0.0.0/8"]
    }))
    .expect("stored fields");
    let (policies, ttl, uses, cidrs) = ("policies", "ttl", "num_uses", "bound_cidrs");
    let block = json!(["10.0.0.0/8"]);
    for (field, body, old, new) in [
        (policies, "{}", json!(["old"]), json!(["a", "b"])),
        (policies, r#"{"token_policies":null}"#, json!([]), json!([])),
        (policies, r#"{"token_policies":"n"}"#, json!([]), json!(["n"])),
        (policies, r#"{"policies":null}"#, json!([]), json!([])),
        (policies, r#"{"policies":null,"token_policies":"n"}"#, json!(["n"]), json!(["n"])),
        (policies, r#"{"policies":"B,a,b"}"#, json!(["a", "b"]), json!(["a", "b"])),
        (policies, r#"{"policies":"B","token_policies":null}"#, json!([]), json!([])),
        (policies, r#"{"policies":["c"],"token_policies":"n"}"#, json!(["n"]), json!(["n"])),
        (policies, r#"{"policies":"root,a"}"#, json!(["root"]), json!(["root"])),
        (ttl, "{}", json!(1), json!(1)),
        (ttl, r#"{"token_ttl":null}"#, json!(1), json!(1)),
        (ttl, r#"{"token_ttl":0}"#, json!(0), json!(0)),
        (ttl, r#"{"token_ttl":5}"#, json!(0), json!(5)),
        (ttl, r#"{"ttl":null}"#, json!(1), json!(1)),
        (ttl, r#"{"ttl":null,"token_ttl":5}"#, json!(0), json!(5)),
        (ttl, r#"{"ttl":""}"#, json!(0), json!(0)),
        (ttl, r#"{"ttl":"","token_ttl":5}"#, json!(5), json!(5)),
        (ttl, r#"{"ttl":"1m","token_ttl":null}"#, json!(60), json!(60)),
        (ttl, r#"{"ttl":9,"token_ttl":0}"#, json!(0), json!(0)),
        (uses, "{}", json!(3), json!(7)),
        (uses, r#"{"token_num_uses":null}"#, json!(0), json!(0)),
        (uses, r#"{"num_uses":null,"token_num_uses":5}"#, json!(5), json!(5)),
        (uses, r#"{"num_uses":9}"#, json!(9), json!(9)),
        (uses, r#"{"num_uses":9,"token_num_uses":null}"#, json!(0), json!(0)),
        (cidrs, "{}", block.clone(), block),
        (cidrs, r#"{"token_bound_cidrs":"5.5.5.5"}"#, json!([]), json!(["5.5.5.5"])),
        (cidrs, r#"{"bound_cidrs":null}"#, json!([]), json!([])),
        (cidrs, r#"{"bound_cidrs":"9.9.9.9/32"}"#, json!(["9.9.9.9"]), json!(["9.9.9.9"])),
        (cidrs, r#"{"bound_cidrs":"9.9.9.9","token_bound_cidrs":""}"#, json!([]), json!([])),
    ] {
        let RoleUpdate { token, old: update } =
            request::<RoleUpdate>(&[], body).expect("an update").value;
        let (mut stored, mut fields) = (before.clone(), full.clone());
        update.apply(token, &mut stored, &mut fields).expect("valid");
        let shown = [json!(stored), json!(fields)];
        // Fields that are not set are omitted.
        let unset = if old.is_array() { json!([]) } else { json!(0) };
        let [stored, fields] = shown;
        assert_eq!(stored.get(field).cloned().unwrap_or(unset), old, "{body}");
        assert_eq!(fields[format!("token_{field}")], new, "{body}");
    }
    let refused = request::<RoleUpdate>(&[], r#"{"period":5,"token_type":"batch"}"#);
    let RoleUpdate { token, old } = refused.expect("an update").value;
    let (mut stored, mut fields) = (before.clone(), full.clone());
    let refused = old.apply(token, &mut stored, &mut fields);
    assert_eq!(refused, Err(TokenFieldsError::PeriodicBatch));
    assert_eq!((stored, fields), (before, full));
}

#[test]
fn alias_metadata_is_added_and_replaces_nothing() {
    let role = request::<AliasMetadata>(&[], r#"{"alias_metadata":["a=1","b=2"]}"#);
    let role = role.expect("metadata").value;
    let mut auth = Auth::of(Alias::named("bob"));
    if let Some(alias) = &mut auth.alias {
        alias.custom_metadata.insert("a".to_owned(), "kept".to_owned());
    }
    role.apply_to(&mut auth);
    let expected =
        [("a", "kept"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(auth.alias.map(|alias| alias.custom_metadata), Some(expected.into()));
    let mut none = Auth::default();
    role.apply_to(&mut none);
    assert_eq!(none, Auth::default());
}

//! The token fields of a role.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::request;
use crate::fields::{Seconds, TokenFields, TokenFieldsError, TokenFieldsUpdate, TokenType};

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

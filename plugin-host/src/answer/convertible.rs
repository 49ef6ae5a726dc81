//! What a server's conversion of a reply stumbles over. It then drops the reply and answers with
//! an error of its own.

use plugin_proto::pb;
use serde_json::{Map, Value};

use super::number;
use plugin_runtime::BoundCidr;

pub(super) type Fields = Map<String, Value>;

/// Returns the data of a response that a server can read.
pub(super) fn data_of(response: &pb::Response) -> Result<Option<Fields>, String> {
    if let Some(secret) = &response.secret {
        lease(secret.lease_options.as_ref())?;
        fields(&secret.internal_data)?;
    }
    if let Some(auth) = &response.auth {
        lease(auth.lease_options.as_ref())?;
        // OpenBao takes an empty text here and nowhere else.
        if !auth.internal_data.is_empty() {
            fields(&auth.internal_data)?;
        }
        for bound in &auth.bound_cidrs {
            bound.parse::<BoundCidr>().map_err(|error| error.to_string())?;
        }
    }
    fields(&response.data)
}

fn lease(options: Option<&pb::LeaseOptions>) -> Result<(), String> {
    match options {
        Some(options) if options.issue_time.is_none() => Err("timestamp: nil Timestamp".to_owned()),
        _ => Ok(()),
    }
}

/// Returns the fields of a JSON object; none for `null`.
pub(super) fn fields(text: &[u8]) -> Result<Option<Fields>, String> {
    if text.is_empty() {
        return Err("unexpected end of JSON input".to_owned());
    }
    // What is wrong where is left out: the text may be secret.
    let mut value = serde_json::from_slice(text).map_err(|_| "invalid JSON".to_owned())?;
    number::round(&mut value);
    match value {
        Value::Null => Ok(None),
        Value::Object(fields) => Ok(Some(fields)),
        _ => Err("json: cannot unmarshal into Go value of type map[string]interface {}".to_owned()),
    }
}

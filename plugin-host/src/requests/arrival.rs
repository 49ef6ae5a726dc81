//! A request as it arrives: what HTTP makes of its path, its fields and its headers, and what
//! servers refuse before they look for the mount.

use std::time::Duration;

use serde_json::{Map, Value};

use super::ApiRequest;
use crate::answer::{Answer, RawAnswer};
use crate::printable::is_printable;
use crate::url;
use plugin_runtime::__private::duration::parse_field_duration;
use plugin_runtime::Operation;

/// The largest body that servers read, in bytes: their `max_request_size` unless it is set.
const LARGEST_BODY: usize = 32 << 20;

/// How many strings a body may hold, names included: servers' `max_request_json_strings`.
const MOST_STRINGS: usize = 1000;

/// How much memory a body may take by the servers' estimate, in bytes: their
/// `max_request_json_memory`.
const MOST_MEMORY: usize = (32 << 20) + (512 << 10);

/// The header in which a client names a namespace, and a server repeats it.
pub(super) const NAMESPACE: &str = "X-Vault-Namespace";

/// A request that a server would look for a mount for.
pub(super) struct Arrived {
    /// The request, with the operation, the path, the token and the wrapping that it amounts to.
    pub(super) request: ApiRequest,
    /// The fields; `None` for a request that came without any.
    pub(super) fields: Option<Map<String, Value>>,
}

/// Normalizes a request as a server does, up to the checks of its own state.
pub(super) fn arrived(mut request: ApiRequest) -> Result<Arrived, Box<Answer>> {
    request.path = request.path.trim_start_matches('/').to_owned();
    if !is_printable(&request.path) {
        return Err(Answer::empty(400).into());
    }
    if !is_external(request.operation) {
        return Err(Answer::refusal(400, "cannot handle internal-only request operation"));
    }
    let has_body = writes(request.operation);
    let query = match &request.data {
        Value::Object(fields) if !has_body => url::pairs(fields),
        _ => Vec::new(),
    };
    let helps = query.iter().find(|(name, _)| *name == "help");
    if helps.is_some_and(|(_, value)| !value.is_empty()) {
        request.operation = Operation::Help;
    }
    // Help is given before the path is looked at.
    if request.operation == Operation::Help {
        return match has_relative_segments(&request.path) {
            true => Err(Answer::refusal(400, "relative paths not supported")),
            false => Ok(Arrived { request, fields: None }),
        };
    }
    if let Some(clean) = url::cleaned(&url::target(&request.path)) {
        let query = url::query(query);
        let separator = if query.is_empty() { "" } else { "?" };
        let location = format!("{clean}{separator}{query}");
        return Err(Answer { redirect: Some(location), ..Answer::empty(307) }.into());
    }
    let fields = if has_body { body(&request.data)? } else { fields_of_query(query) };
    let fields = match request.operation {
        Operation::Read => listed(&mut request.operation, fields)?,
        _ => fields,
    };
    if matches!(request.operation, Operation::List | Operation::Scan)
        && !request.path.ends_with('/')
    {
        request.path.push('/');
    }
    // Whether a write creates is found out on the way.
    if request.operation == Operation::Create {
        request.operation = Operation::Update;
    }
    take_headers(&mut request)?;
    Ok(Arrived { request, fields })
}

/// Refuses what a server refuses once it is known to be unsealed.
pub(super) fn refused_by_path(request: &ApiRequest) -> Option<Answer> {
    let writes_a_folder = writes(request.operation) && request.path.ends_with('/');
    writes_a_folder.then(|| Answer::refused(400, "cannot write to a path ending in '/'"))
}

/// Converts an answer to the form that the caller asked for.
pub(super) fn departed(asked: Operation, done: Operation, answer: Answer) -> Answer {
    match (asked, done) {
        // An answer to HEAD has no body.
        (Operation::Header, _) => Answer {
            headers: answer.headers,
            redirect: answer.redirect,
            ..Answer::empty(answer.status)
        },
        // A read with the field `help` gets servers' answer to it as it is.
        (asked, Operation::Help) if asked != Operation::Help && answer.is_success() => {
            let body = answer.data.to_string().into();
            let content_type = "application/json".to_owned();
            let raw = Some(RawAnswer { content_type, body });
            Answer { data: Value::Null, raw, ..answer }
        }
        _ => answer,
    }
}

fn is_external(operation: Operation) -> bool {
    use Operation::{Create, Delete, Header, Help, List, Patch, Read, Scan, Update};
    matches!(operation, Create | Read | Update | Patch | Delete | List | Scan | Help | Header)
}

fn writes(operation: Operation) -> bool {
    matches!(operation, Operation::Create | Operation::Update | Operation::Patch)
}

fn has_relative_segments(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Parses the fields in a body. A missing body is not the same as an empty object.
fn body(data: &Value) -> Result<Option<Map<String, Value>>, Box<Answer>> {
    let kind = match data {
        Value::Null => return Ok(None),
        Value::Object(fields) => {
            check_size(data)?;
            return Ok(Some(fields.clone()));
        }
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
    };
    check_size(data)?;
    Err(Answer::refusal(
        400,
        format!(
            "failed to decode JSON input: json: cannot unmarshal {kind} into Go value of type \
             map[string]interface {{}}"
        ),
    ))
}

fn check_size(data: &Value) -> Result<(), Box<Answer>> {
    if data.to_string().len() > LARGEST_BODY {
        return Err(Answer::refusal(413, "http: request body too large"));
    }
    let mut cost = Cost::default();
    cost.add(data);
    let exceeded = if cost.strings > MOST_STRINGS {
        "number of strings"
    } else if cost.memory > MOST_MEMORY {
        "estimated memory limits"
    } else {
        return Ok(());
    };
    Err(Answer::refusal(
        400,
        format!("refused JSON input due to high complexity: exceeded maximum {exceeded}"),
    ))
}

/// What a value costs by the servers' estimate.
#[derive(Default)]
struct Cost {
    strings: usize,
    memory: usize,
}

impl Cost {
    fn add(&mut self, value: &Value) {
        self.memory += 16;
        match value {
            Value::Null | Value::Bool(_) => self.memory += 1,
            Value::Number(_) => self.memory += 8,
            Value::String(text) => self.add_text(text),
            Value::Array(values) => {
                self.memory += 24;
                values.iter().for_each(|value| self.add(value));
            }
            Value::Object(fields) => {
                self.memory += 72;
                for (name, value) in fields {
                    self.memory += 16;
                    self.add_text(name);
                    self.add(value);
                }
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        self.strings += 1;
        self.memory += 16 + text.len();
    }
}

/// Parses the fields of a query: text, or a list of texts where a name is repeated.
fn fields_of_query(pairs: Vec<(&str, String)>) -> Option<Map<String, Value>> {
    let mut fields = Map::<String, Value>::new();
    for (name, value) in pairs.into_iter().filter(|(name, _)| *name != "help") {
        let value = Value::String(value);
        match fields.get_mut(name) {
            None => drop(fields.insert(name.to_owned(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    (!fields.is_empty()).then_some(fields)
}

/// Turns a read with the field `list` or `scan` into a list or a scan.
fn listed(
    operation: &mut Operation,
    fields: Option<Map<String, Value>>,
) -> Result<Option<Map<String, Value>>, Box<Answer>> {
    let Some(mut fields) = fields else { return Ok(None) };
    let refused = || Answer::empty(400);
    let mut asked = None;
    for (name, meant) in [("list", Operation::List), ("scan", Operation::Scan)] {
        // Of a repeated field the first counts.
        let text = match fields.get(name) {
            Some(Value::Array(values)) => values.first().and_then(Value::as_str),
            other => other.and_then(Value::as_str),
        };
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        if flag(text).ok_or_else(refused)? && asked.replace((name, meant)).is_some() {
            return Err(refused().into());
        }
    }
    if let Some((name, meant)) = asked {
        fields.remove(name);
        *operation = meant;
    }
    Ok(Some(fields).filter(|fields| !fields.is_empty()))
}

/// Parses what Go's `strconv.ParseBool` takes.
fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Takes the token, the namespace and the wrapping that a client may name in headers.
fn take_headers(request: &mut ApiRequest) -> Result<(), Box<Answer>> {
    if request.token.is_none() {
        let bearer = header(request, "Authorization").and_then(|it| it.strip_prefix("Bearer "));
        let token = header(request, "X-Vault-Token").or(bearer.map(str::trim));
        request.token = token.map(str::to_owned);
    }
    // Whole seconds is what a client can ask for.
    request.wrap_ttl = request.wrap_ttl.map(|ttl| Duration::from_secs(ttl.as_secs()));
    if request.wrap_ttl.is_none()
        && let Some(text) = header(request, "X-Vault-Wrap-TTL").filter(|text| !text.is_empty())
    {
        let wrong = |why: &str| {
            Answer::refused(400, format!("error parsing X-Vault-Wrap-TTL header: {why}"))
        };
        let ttl = parse_field_duration(text)
            .map_err(|_| wrong(&format!("time: invalid duration \"{text}\"")))?;
        let ttl = u64::try_from(ttl).map_err(|_| wrong("requested wrap ttl cannot be negative"))?;
        request.wrap_ttl = Some(Duration::from_nanos(ttl));
    }
    Ok(())
}

/// Returns the namespace that a request names.
pub(super) fn namespace(request: &ApiRequest) -> Option<&str> {
    header(request, NAMESPACE).filter(|named| !named.is_empty())
}

/// Returns whether a namespace is the one that this host has.
pub(super) fn is_root(namespace: &str) -> bool {
    matches!(namespace.trim_matches('/'), "" | "root")
}

fn header<'a>(request: &'a ApiRequest, name: &str) -> Option<&'a str> {
    let (_, values) = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    values.first().map(String::as_str)
}

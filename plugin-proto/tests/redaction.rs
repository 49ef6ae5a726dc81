//! No secret gets into `Debug`, of a message or of one that contains it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use bytes::Bytes;
use plugin_proto::{dbplugin::v5, logical, pb, plugin};
use prost_types::value::Kind;
use prost_types::{Struct, Value};

const SECRET: &str = "hunter2";

fn text() -> String {
    SECRET.to_owned()
}

fn texts() -> Vec<String> {
    vec![text()]
}

fn blob() -> Bytes {
    Bytes::from_static(SECRET.as_bytes())
}

fn map() -> HashMap<String, String> {
    HashMap::from([("shown-key".to_owned(), text())])
}

fn headers() -> HashMap<String, pb::Header> {
    HashMap::from([("X-Shown".to_owned(), header())])
}

fn config() -> Option<Struct> {
    let value = Value { kind: Some(Kind::StringValue(text())) };
    Some(Struct { fields: BTreeMap::from([("shown-key".to_owned(), value)]) })
}

fn header() -> pb::Header {
    pb::Header { header: texts() }
}

fn secret() -> pb::Secret {
    pb::Secret { internal_data: blob(), ..Default::default() }
}

fn alias() -> logical::Alias {
    logical::Alias { name: text(), metadata: map(), custom_metadata: map(), ..Default::default() }
}

fn auth() -> pb::Auth {
    pb::Auth {
        internal_data: blob(),
        display_name: text(),
        metadata: map(),
        client_token: text(),
        accessor: text(),
        alias: Some(alias()),
        group_aliases: vec![alias()],
        ..Default::default()
    }
}

fn wrap_info() -> pb::ResponseWrapInfo {
    pb::ResponseWrapInfo {
        token: text(),
        accessor: text(),
        wrapped_accessor: text(),
        ..Default::default()
    }
}

fn connection() -> pb::Connection {
    let state = pb::ConnectionState { tls_unique: blob(), ..Default::default() };
    pb::Connection { connection_state: Some(state), ..Default::default() }
}

fn request() -> pb::Request {
    pb::Request {
        operation: "shown-operation".to_owned(),
        path: "shown/path".to_owned(),
        data: blob(),
        secret: Some(secret()),
        auth: Some(auth()),
        headers: headers(),
        client_token: text(),
        client_token_accessor: text(),
        display_name: text(),
        connection: Some(connection()),
        ..Default::default()
    }
}

fn response() -> pb::Response {
    pb::Response {
        secret: Some(secret()),
        auth: Some(auth()),
        data: blob(),
        redirect: text(),
        warnings: texts(),
        wrap_info: Some(wrap_info()),
        headers: headers(),
        ..Default::default()
    }
}

fn entry() -> pb::StorageEntry {
    pb::StorageEntry { key: "shown/key".to_owned(), value: blob(), seal_wrap: false }
}

fn token_entry() -> pb::TokenEntry {
    pb::TokenEntry {
        id: text(),
        accessor: text(),
        parent: text(),
        meta: map(),
        display_name: text(),
        cubbyhole_id: text(),
        internal_meta: map(),
        inline_policy: text(),
        external_id: text(),
        ..Default::default()
    }
}

fn statements() -> Option<v5::Statements> {
    Some(v5::Statements { commands: texts() })
}

fn new_user() -> v5::NewUserRequest {
    v5::NewUserRequest {
        password: text(),
        statements: statements(),
        rollback_statements: statements(),
        public_key: blob(),
        subject: text(),
        ..Default::default()
    }
}

fn change_user() -> v5::UpdateUserRequest {
    v5::UpdateUserRequest {
        password: Some(v5::ChangePassword { new_password: text(), statements: statements() }),
        expiration: Some(v5::ChangeExpiration { statements: statements(), ..Default::default() }),
        public_key: Some(v5::ChangePublicKey { new_public_key: blob(), statements: statements() }),
        ..Default::default()
    }
}

/// Both forms of `Debug` show these parts, and the secret neither as text nor as a list of bytes.
fn check(message: &dyn Debug, shown: &[&str]) {
    let numbers = format!("{:?}", SECRET.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    for debug in [format!("{message:?}"), format!("{message:#?}")] {
        assert!(!debug.contains(SECRET), "the secret is in: {debug}");
        let flat = debug.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!flat.contains(numbers), "the secret's bytes are in: {debug}");
        for part in shown {
            assert!(debug.contains(part), "{part} is missing in: {debug}");
        }
    }
}

#[test]
fn messages_with_secrets_show_their_shape_only() {
    let request_shape =
        ["shown-operation", "shown/path", "data: <7 bytes>", "shown-key", "X-Shown"];
    check(&header(), &["<1 values>"]);
    check(&request(), &request_shape);
    check(&response(), &["data: <7 bytes>", "X-Shown", "warnings: <1 values>"]);
    check(&secret(), &["internal_data: <7 bytes>"]);
    check(&auth(), &["client_token: <7 bytes>", "shown-key", "group_aliases: <1 values>"]);
    check(&wrap_info(), &["token: <7 bytes>"]);
    check(&token_entry(), &["id: <7 bytes>", "shown-key"]);
    check(&entry(), &["shown/key", "value: <7 bytes>"]);
    check(
        &pb::SetupArgs { broker_id: 7, config: map(), ..Default::default() },
        &["7", "shown-key"],
    );
    let arguments = pb::ResponseWrapDataArgs { data: blob(), ttl: 7, jwt: true };
    check(&arguments, &["data: <7 bytes>", "jwt: true"]);
    check(&pb::GeneratePasswordFromPolicyReply { password: text() }, &["password: <7 bytes>"]);
    check(&pb::GenerateIdentityTokenResponse { token: text(), ttl: 7 }, &["ttl: 7"]);
    check(&plugin::StdioData { channel: 2, data: blob() }, &["STDERR", "data: <7 bytes>"]);
    check(&v5::InitializeResponse { config_data: config() }, &["shown-key"]);
    let arguments = v5::InitializeRequest { config_data: config(), verify_connection: true };
    check(&arguments, &["shown-key", "verify_connection: true"]);
    check(&new_user(), &["password: <7 bytes>", "public_key: <7 bytes>"]);
    check(&statements(), &["<1 values>"]);
}

#[test]
fn messages_that_contain_them_do_not_show_more() {
    let request = || Some(Box::new(request()));
    check(&pb::HandleRequestArgs { storage_id: 0, request: request() }, &["shown/path"]);
    check(&pb::HandleExistenceCheckArgs { storage_id: 0, request: request() }, &["shown/path"]);
    let reply = pb::HandleRequestReply { response: Some(Box::new(response())), err: None };
    check(&reply, &["data: <7 bytes>"]);
    check(&pb::StorageGetReply { entry: Some(entry()), err: String::new() }, &["shown/key"]);
    check(&pb::StoragePutArgs { entry: Some(entry()), txn: String::new() }, &["shown/key"]);
    let reply = pb::ResponseWrapDataReply { wrap_info: Some(wrap_info()), err: String::new() };
    check(&reply, &["token: <7 bytes>"]);
    check(&change_user(), &["new_password: <7 bytes>", "new_public_key: <7 bytes>"]);
    let arguments =
        v5::DeleteUserRequest { username: "shown".to_owned(), statements: statements() };
    check(&arguments, &["shown"]);
}

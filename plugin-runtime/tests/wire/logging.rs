//! The log on stderr: one JSON object a line, as servers parse it, without secrets.

use plugin_proto::pb;
use serde_json::{Value, json};

use crate::host::Host;
use crate::host::mount::request;

/// Servers read this much of a line.
const LONGEST_LINE: usize = 64 * 1024;

const SECRET: &str = "hvs.planted-Secret-0123456789";

/// Matches `YYYY-MM-DDTHH:MM:SS.ffffffZ`; with another number of digits, a server logs the line
/// verbatim.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    shape == "9999-99-99T99:99:99.999999Z"
}

fn checked(log: &str) -> Vec<Value> {
    log.split_inclusive('\n')
        .map(|line| {
            assert!(line.ends_with('\n'), "cut off: {line}");
            assert!(line.len() <= LONGEST_LINE, "{} bytes", line.len());
            let value: Value =
                serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            let object = value.as_object().expect("an object");
            for key in ["@level", "@message", "@module", "@timestamp"] {
                assert!(object[key].is_string(), "{key}: {line}");
            }
            let level = object["@level"].as_str().unwrap();
            assert!(["trace", "debug", "info", "warn", "error"].contains(&level), "{line}");
            assert!(is_timestamp(object["@timestamp"].as_str().unwrap()), "{line}");
            value
        })
        .collect()
}

#[tokio::test]
async fn every_line_of_a_whole_life_is_one_that_a_server_parses() {
    let host = Host::launch(|launch| launch.env("BAO_LOG_LEVEL", "trace")).await;
    let mount = host.mount("mount").await;
    for path in ["levels", "fields", "long", "debug"] {
        mount.read(&format!("log/{path}")).await.unwrap();
    }
    for path in ["panic/literal", "panic/formatted", "error/caused"] {
        mount.read(path).await.unwrap();
    }
    mount.clean_up().await.unwrap();
    host.shut_down().await;
    let log = host.process.left().await.stderr;
    let lines = checked(&log);
    assert!(lines.len() >= 10, "{log}");
}

#[tokio::test]
async fn fields_of_events_and_spans_stand_beside_the_message() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.read("log/fields").await.unwrap();
    let line = host.process.logged(r"with\nfields").await;
    for (key, value) in [
        ("@level", json!("info")),
        ("@message", json!("with\nfields")),
        ("@module", json!("wire_backend::backend::logging")),
        ("count", json!(3)),
        ("ratio", json!(0.5)),
        ("text", json!("two\nlines")),
        ("outermost", json!(true)),
        // The innermost span's value counts.
        ("role", json!("inner")),
    ] {
        assert_eq!(line[key], value, "{key}: {line}");
    }
}

#[tokio::test]
async fn the_servers_level_is_the_lowest_that_is_sent() {
    for (variables, sent) in [
        (&[][..], &["debug", "info", "warn", "error"][..]),
        (&[("VAULT_LOG_LEVEL", "trace")][..], &["trace", "debug", "info", "warn", "error"]),
        (&[("BAO_LOG_LEVEL", "ERROR")][..], &["error"]),
        (&[("BAO_LOG_LEVEL", "warn"), ("VAULT_LOG_LEVEL", "trace")][..], &["warn", "error"]),
        (&[("BAO_LOG_LEVEL", "nonsense")][..], &["debug", "info", "warn", "error"]),
    ] {
        let host = Host::launch(|launch| {
            variables.iter().fold(launch, |launch, (name, value)| launch.env(name, value))
        })
        .await;
        let mount = host.mount("mount").await;
        mount.read("log/levels").await.unwrap();
        let log = host.process.stderr.until(|log| log.contains("at error"), crate::host::PATIENCE);
        let log = log.await.expect("the line of the highest level");
        let levels: Vec<String> = checked(&log)
            .iter()
            .filter(|line| line["@message"].as_str().unwrap().starts_with("at "))
            .map(|line| line["@level"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(levels, sent, "{variables:?}");
    }
}

#[tokio::test]
async fn a_line_that_is_too_long_is_cut_and_says_so() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    mount.read("log/long").await.unwrap();
    let line = host.process.logged("a long line").await;
    assert_eq!(line["truncated"], true);
    assert!(line.to_string().len() <= LONGEST_LINE);
}

fn laden(path: &str) -> pb::Request {
    let text = json!({ "secret": SECRET }).to_string();
    pb::Request {
        data: text.clone().into(),
        client_token: SECRET.to_owned(),
        headers: [("X-Secret".to_owned(), pb::Header { header: vec![SECRET.to_owned()] })].into(),
        secret: Some(pb::Secret {
            internal_data: text.clone().into(),
            lease_options: Some(pb::LeaseOptions::default()),
            lease_id: SECRET.to_owned(),
        }),
        auth: Some(pb::Auth {
            internal_data: text.into(),
            client_token: SECRET.to_owned(),
            ..Default::default()
        }),
        ..request("update", path, &Value::Null)
    }
}

#[tokio::test]
async fn no_secret_of_a_request_an_answer_or_storage_is_in_the_log() {
    let host = Host::launch(|launch| {
        launch.env("BAO_LOG_LEVEL", "trace").env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full")
    })
    .await;
    let mount = host.mount_with("mount", &[("token", SECRET)]).await.unwrap();
    mount.brokered.storage.put_directly("key", SECRET);
    let mut paths =
        vec!["echo", "bytes", "leaky", "log/debug", "log/levels", "nothing", "no/such/path"];
    paths.extend([
        "panic/literal",
        "error/permission-denied",
        "error/caused",
        "slow",
        "view/wrap_data",
    ]);
    for path in paths {
        mount.send(laden(path)).await.unwrap();
        // Also if the data do not parse.
        let broken =
            pb::Request { data: format!("{{\"secret\":\"{SECRET}\"").into(), ..laden(path) };
        mount.send(broken).await.unwrap();
    }
    let read = mount.storage(json!({ "op": "get", "key": "key" })).await;
    assert_eq!(read["answer"]["value"], SECRET, "what is planted does pass");
    mount.storage(json!({ "op": "put", "key": "key", "value": SECRET })).await;
    let steps = json!([{ "op": "put", "key": "key", "value": SECRET }]);
    mount.ask("transaction", &json!({ "steps": steps })).await;
    mount.clean_up().await.unwrap();
    host.shut_down().await;
    let log = host.process.left().await.stderr;
    checked(&log);
    assert!(log.contains("everything in sight"), "{log}");
    for line in log.lines() {
        assert!(!line.contains(SECRET), "{line}");
        assert!(!line.contains("planted-Secret"), "{line}");
    }
    if !cfg!(debug_assertions) {
        return;
    }
    // Debug builds show the text of a panic, to help authors: so this search does find secrets.
    let host = Host::start().await;
    host.mount("mount").await.send(laden("panic/formatted")).await.unwrap();
    host.process.logged(SECRET).await;
}

#[tokio::test]
async fn a_value_whose_text_logs_records_fails_or_panics_harms_no_request() {
    let host = Host::start().await;
    let mount = host.mount("mount").await;
    for (how, nested) in [("logs", "from inside of a value"), ("panics", "a value panics")] {
        mount.ask("log/later", &json!(how)).await;
        host.process.logged(nested).await;
    }
    for how in ["records", "fails", "plain"] {
        mount.ask("log/later", &json!(how)).await;
    }
    for how in ["logs", "panics", "fails"] {
        let body = json!({ "hostile": how });
        let reply = mount.send(request("read", "error/hostile", &body)).await.unwrap();
        assert_eq!(reply.err.unwrap().err_msg, "what the caller sees", "{how}");
    }
    mount.read("echo").await.unwrap();
    host.shut_down().await;
    let lines = checked(&host.process.left().await.stderr);
    let said: Vec<&Value> =
        lines.iter().filter(|line| line["@message"] == "recorded later").collect();
    assert_eq!(said.len(), 5);
    for line in &said {
        for field in ["later", "inner", "own"] {
            assert!(line[field].is_string(), "{field}: {line}");
        }
    }
    assert_eq!(said[4]["later"], "hostile");
    assert_eq!(said[2]["first"], 2, "recorded while another value was");
    let failed = lines.iter().filter(|line| line["@message"] == "request failed").count();
    assert_eq!(failed, 3);
}

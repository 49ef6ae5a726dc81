//! Numbers that JSON cannot represent: never stored, never returned, and never replaced by null.

use plugin_runtime::fields::Seconds;
use plugin_runtime::framework::extract::{Fields, Internal, Path};
use plugin_runtime::framework::{
    Framework, Leased, LeasedSecret, SecretType, Wal, login, read, write,
};
use plugin_runtime::{
    Alias, Auth, Data, Error, ErrorKind, Response, Result, Storage, StorageEntry,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::mount::{Mount, refusal};

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Measured {
    value: f64,
    #[serde(default)]
    single: Option<f32>,
    #[serde(default)]
    many: Vec<f32>,
}

/// The result of a computation, which no client has written.
fn computed(name: &str) -> Measured {
    let not_finite = match name {
        "nan" => f64::NAN,
        "inf" => f64::INFINITY,
        _ => f64::NEG_INFINITY,
    };
    Measured { value: 1.0, single: Some(1.0), many: vec![0.0, not_finite as f32] }
}

async fn store(Path(name): Path<String>, storage: Storage) -> Result<()> {
    Ok(storage.put(format!("measured/{name}"), &computed(&name)).await?)
}

async fn log(Path(name): Path<String>, wal: Wal) -> Result<()> {
    wal.put("measured", &computed(&name)).await?;
    Ok(())
}

async fn answer(Path(name): Path<String>) -> Fields<Measured> {
    Fields(computed(&name))
}

async fn respond(Path(name): Path<String>) -> Result<Response> {
    Response::new(&computed(&name))
}

#[derive(Serialize, Deserialize)]
struct Computed {
    measured: Measured,
}

impl LeasedSecret for Computed {
    const TYPE: &'static str = "measured";
}

#[derive(Serialize, JsonSchema)]
struct Shown {
    ttl: Seconds,
}

async fn lease(Path(name): Path<String>) -> Leased<Computed, Shown> {
    Leased::new(Computed { measured: computed(&name) }, Shown { ttl: Seconds::ZERO })
}

async fn revoke(Internal(_): Internal<Computed>) {}

async fn log_in(Path(name): Path<String>) -> Result<Auth> {
    let internal_data = Data::new(&computed(&name))?;
    Ok(Auth { internal_data, ..Auth::of(Alias::named("bob")) })
}

#[tokio::test]
async fn what_is_not_finite_is_an_error_of_the_backend() {
    let engine = Framework::secrets(())
        .path("store/{name}", write(store))
        .path("log/{name}", write(log))
        .path("answer/{name}", read(answer))
        .path("respond/{name}", read(respond))
        .path("lease/{name}", read(lease))
        .secret(SecretType::<(), Computed>::new(revoke));
    let mount = Mount::of(engine);
    let logins = Mount::of(Framework::auth(()).path("login/{name}", login(log_in)));
    for name in ["nan", "inf", "negative"] {
        for path in ["store", "log"] {
            let (kind, text) = refusal(mount.write(&format!("{path}/{name}"), json!({})).await);
            assert_eq!(kind, ErrorKind::Internal, "{path}: {text}");
            assert!(text.contains("not finite"), "{path}: {text}");
        }
        for path in ["answer", "respond", "lease"] {
            let (kind, text) = refusal(mount.read(&format!("{path}/{name}")).await);
            assert_eq!(kind, ErrorKind::Internal, "{path}: {text}");
            assert!(text.contains("finite"), "{path}: {text}");
        }
        let (kind, text) = refusal(logins.write(&format!("login/{name}"), json!({})).await);
        assert_eq!(kind, ErrorKind::Internal, "{text}");
        assert!(StorageEntry::json("key", &computed(name)).is_err());
    }
    assert!(mount.storage.list("").await.unwrap().is_empty(), "nothing was stored");
}

async fn keep(Fields(measured): Fields<Measured>, storage: Storage) -> Result<(), Error> {
    Ok(storage.put("kept", &measured).await?)
}

#[tokio::test]
async fn what_is_accepted_is_finite_and_reads_back() {
    let mount = Mount::of(Framework::secrets(()).path("keep", write(keep)));
    for (body, field) in [
        (json!({ "value": "NaN" }), "value"),
        (json!({ "value": "inf" }), "value"),
        (json!({ "value": "-Infinity" }), "value"),
        (json!({ "value": 1, "single": 1e39 }), "single"),
        (json!({ "value": 1, "single": "inf" }), "single"),
        (json!({ "value": 1, "many": [1, "-1e39"] }), "many.1"),
    ] {
        let (kind, text) = refusal(mount.write("keep", body).await);
        assert_eq!(kind, ErrorKind::BadRequest, "{text}");
        assert!(text.contains(&format!("{field:?}")), "{text}");
        assert!(mount.storage.entry("kept").await.unwrap().is_none());
    }
    for value in [0.1 + 0.2, 1.0 / 3.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, -0.0, 6.02214076e23] {
        let body = json!({ "value": value, "single": f32::MAX, "many": [0.1_f32, f32::MIN] });
        mount.write("keep", body).await.unwrap();
        let kept: Measured = mount.storage.get("kept").await.unwrap().unwrap();
        assert_eq!(kept.value.to_bits(), value.to_bits(), "{value:e}");
        assert_eq!((kept.single, kept.many), (Some(f32::MAX), vec![0.1, f32::MIN]));
    }
}

//! The warning about a request that blocks the thread, whichever part of it does.

use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use parking_lot::Mutex;
use plugin_runtime::framework::extract::{Fields, Path};
use plugin_runtime::framework::{Framework, read};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use crate::mount::Mount;

/// Longer than the limit of the warning.
const LONG: Duration = Duration::from_millis(80);

/// The handlers that the log has named.
#[derive(Clone, Default)]
struct Named(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Named {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for Named {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "handler" {
            self.0.lock().push(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// A field that takes long to parse, if its text says so.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Slow(#[expect(dead_code, reason = "it is parsed, and no more")] String);

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text != "quick" {
            sleep(LONG);
        }
        if text == "refused" { Err(serde::de::Error::custom("no")) } else { Ok(Self(text)) }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[expect(dead_code, reason = "it is parsed, and no more")]
    slow: Slow,
}

async fn write(Path(_): Path<String>, Fields(_): Fields<Body>) {}

#[tokio::test]
async fn parsing_a_body_is_watched_as_a_handler_is() {
    let named = Named::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(named.clone()));
    let mount = Mount::of(Framework::secrets(()).path("item/{name}", read(write).write(write)));
    mount.write("item/a", json!({ "slow": "quick" })).await.unwrap();
    assert_eq!(*named.0.lock(), Vec::<String>::new());
    mount.write("item/a", json!({ "slow": "slow" })).await.unwrap();
    mount.write("item/secret-name", json!({ "slow": "refused" })).await.unwrap_err();
    assert_eq!(*named.0.lock(), ["update item/{name}", "update item/{name}"]);
}

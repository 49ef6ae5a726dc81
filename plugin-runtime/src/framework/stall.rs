//! Tells the author of a handler that it keeps everybody else waiting.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant};

/// How long a handler may hold its thread without being told of.
const LONG: Duration = Duration::from_millis(50);

/// What `answering` answers. A line in the log says when it held the thread for long, and names the
/// `place`, which is one of the declaration and not what a client has sent.
pub(super) async fn watched<T>(
    answering: impl Future<Output = T>,
    place: impl Fn() -> String,
) -> T {
    let mut answering = pin!(answering);
    poll_fn(|cx| {
        let start = Instant::now();
        let polled = answering.as_mut().poll(cx);
        let held = start.elapsed();
        if held >= LONG {
            tracing::warn!(
                handler = place(),
                held_ms = held.as_millis(),
                "a handler held the thread that other requests wait for; make it an ordinary \
                 function and declare it with `blocking`",
            );
        }
        polled
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread::sleep;

    use parking_lot::Mutex;
    use tracing::field::{Field, Visit};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt as _};

    use super::*;

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

    #[tokio::test]
    async fn a_handler_that_holds_the_thread_is_named_and_one_that_waits_is_not() {
        let named = Named::default();
        let _guard =
            tracing::subscriber::set_default(tracing_subscriber::registry().with(named.clone()));
        let waits = watched(tokio::time::sleep(LONG * 2), || "read waits/{name}".to_owned());
        waits.await;
        let holds = async {
            sleep(LONG);
            7
        };
        assert_eq!(watched(holds, || "read holds/{name}".to_owned()).await, 7);
        assert_eq!(*named.0.lock(), ["read holds/{name}"]);
    }
}

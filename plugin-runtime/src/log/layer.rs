//! The bridge from `tracing` to stderr.

use std::io::Write as _;
use std::time::SystemTime;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::line::{Fields, line};

/// Writes each event as one line, with the fields of the spans it is in.
#[derive(Debug)]
pub(super) struct HclogLayer;

impl HclogLayer {
    fn line_of<S>(event: &Event<'_>, context: &Context<'_, S>, time: SystemTime) -> String
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        let spans: Vec<Fields> = context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
            .filter_map(|span| span.extensions().get::<Fields>().cloned())
            .collect();
        line(time, *metadata.level(), metadata.target(), spans.iter(), &fields)
    }
}

impl<S> Layer<S> for HclogLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // A value's `Debug` or `Display` is the backend's own code: it may log, which reads the fields
        // of this very span. It runs before the lock is taken.
        let mut later = Fields::default();
        values.record(&mut later);
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            fields.append(later);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let line = Self::line_of(event, &context, SystemTime::now());
        // One write, so that lines of several threads are not mixed. A server that no longer reads
        // is about to end this process, and then no one reads the line.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use parking_lot::Mutex;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// Keeps the lines that would go to stderr.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<serde_json::Value>>>);

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Kept {
        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
            HclogLayer.on_new_span(attributes, id, context);
        }

        fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
            HclogLayer.on_record(id, values, context);
        }

        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_007);
            let line = HclogLayer::line_of(event, &context, time);
            assert!(line.ends_with('\n') && line.len() < 64 * 1024);
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            self.0.lock().push(serde_json::from_str(&line).unwrap());
        }
    }

    fn logged(events: impl FnOnce()) -> Vec<serde_json::Value> {
        let kept = Kept::default();
        let subscriber = tracing_subscriber::registry().with(kept.clone());
        tracing::subscriber::with_default(subscriber, events);
        std::mem::take(&mut *kept.0.lock())
    }

    #[test]
    fn an_event_is_a_flat_object_with_hclogs_keys() {
        let lines = logged(|| {
            tracing::warn!(target: "mock::role", count = 3, rate = 0.5, ok = true, "a\n\"b\"");
        });
        assert_eq!(
            lines[0],
            serde_json::json!({
                "@level": "warn",
                "@message": "a\n\"b\"",
                "@module": "mock::role",
                "@timestamp": "2023-11-14T22:13:20.000007Z",
                "count": 3,
                "rate": 0.5,
                "ok": true,
            })
        );
    }

    #[test]
    fn the_fields_of_spans_come_with_the_event() {
        let lines = logged(|| {
            let _outer = tracing::info_span!("outer", mount = "a/", name = "outer").entered();
            let _inner = tracing::info_span!("inner", name = "inner").entered();
            tracing::info!("hello");
        });
        assert_eq!(lines[0]["mount"], "a/");
        assert_eq!(lines[0]["name"], "inner");
    }

    #[test]
    fn reserved_names_and_endless_messages_do_no_harm() {
        let lines = logged(|| {
            tracing::info!("@level" = 5, "@timestamp" = "x", "hello");
            tracing::info!(long = "y".repeat(100_000), "{}", "x\u{1}é".repeat(100_000));
        });
        assert_eq!((&lines[0]["@level"], &lines[0]["_@level"]), (&"info".into(), &5.into()));
        assert_eq!(lines[1]["truncated"], true);
        assert!(lines[1]["@message"].as_str().unwrap().starts_with("x\u{1}é"));
    }

    #[test]
    fn what_a_span_records_later_comes_with_its_events_and_the_last_value_counts() {
        let lines = logged(|| {
            let span = tracing::info_span!("span", role = "a", later = tracing::field::Empty);
            let _entered = span.enter();
            tracing::info!("before");
            span.record("later", 7);
            span.record("role", "b");
            tracing::info!("after");
        });
        assert_eq!((&lines[0]["role"], lines[0].get("later")), (&"a".into(), None));
        assert_eq!((&lines[1]["role"], &lines[1]["later"]), (&"b".into(), &7.into()));
    }
}

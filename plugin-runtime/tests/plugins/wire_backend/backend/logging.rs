//! Lines of the log, and values whose texts misbehave.

use plugin_runtime::{Error, Request, Response};

pub(super) fn logged(what: &str, request: &Request) -> Result<Option<Response>, Error> {
    match what {
        "levels" => {
            tracing::trace!("at trace");
            tracing::debug!("at debug");
            tracing::info!("at info");
            tracing::warn!("at warn");
            tracing::error!("at error");
        }
        "fields" => {
            let _outer = tracing::info_span!("outer", role = "outer", outermost = true).entered();
            let _inner = tracing::info_span!("inner", role = "inner").entered();
            tracing::info!(count = 3, ratio = 0.5, text = "two\nlines", "with\nfields");
        }
        "long" => tracing::info!(blob = "x".repeat(200_000), "a long line"),
        "later" => {
            let span = tracing::info_span!("span", first = 1, later = tracing::field::Empty);
            let _entered = span.enter();
            let hostile = Hostile(request.data.parse()?);
            span.record("later", tracing::field::debug(&hostile));
            span.record("later", tracing::field::display(&hostile));
            span.record("later", &hostile as &(dyn std::error::Error + 'static));
            let _inner = tracing::info_span!("inner", inner = ?hostile).entered();
            tracing::info!(own = %hostile, "recorded later");
            tracing::info!("{hostile}");
        }
        // Logging of a request that an author may do without revealing secrets.
        "debug" => tracing::info!(?request, "a request"),
        _ => return Err(Error::unsupported_path()),
    }
    Ok(None)
}

/// A value whose formatting logs, panics or fails.
pub(super) struct Hostile(pub(super) String);

impl Hostile {
    #[expect(clippy::panic, reason = "what a panic does is what is tested")]
    fn write(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_str() {
            "logs" => tracing::info!(nested = true, "from inside of a value"),
            "records" => {
                tracing::Span::current().record("first", 2);
            }
            "panics" => panic!("a value panics"),
            "fails" => return Err(std::fmt::Error),
            _ => {}
        }
        f.write_str("hostile")
    }
}

impl std::fmt::Debug for Hostile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f)
    }
}

impl std::fmt::Display for Hostile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f)
    }
}

impl std::error::Error for Hostile {}

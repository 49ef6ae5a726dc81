//! Logs a panic as one ERROR line with its place.

use std::panic::{Location, PanicHookInfo};

/// Replaces the default hook, which would print several lines that a server logs at its lowest
/// level.
///
/// The message is logged only if it is fixed text, or in a build with debug assertions: a formatted
/// one may contain the value that caused the panic, which may be secret.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(Location::to_string).unwrap_or_default();
        tracing::error!(%place, reason = reason(info), "panic");
    }));
}

fn reason(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        return (*text).to_owned();
    }
    match payload.downcast_ref::<String>() {
        Some(text) if cfg!(debug_assertions) => text.clone(),
        _ => "withheld, as it may hold secrets".to_owned(),
    }
}

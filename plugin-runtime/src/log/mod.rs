//! A plugin's log: `tracing` events as the JSON lines that servers parse from its stderr.
//!
//! The server logs each line at its level, with its fields.

mod layer;
mod line;
mod panic;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use line::text_of;
pub(crate) use panic::install_hook;

/// Crates that move the bytes of requests. Their lines below a warning are useless to an operator,
/// and could contain what must not be logged.
const TRANSPORT: [&str; 8] =
    ["h2", "hyper", "hyper_util", "mio", "rustls", "tokio", "tonic", "tower"];

/// Starts logging. `level` is the lowest level that the server wants; without it, everything except
/// traces is sent, and the server drops what it does not want.
pub(crate) fn init(level: Option<&str>) {
    let lowest = level.map_or(LevelFilter::DEBUG, level_filter);
    let mut targets = Targets::new().with_default(lowest);
    for name in TRANSPORT {
        targets = targets.with_target(name, lowest.min(LevelFilter::WARN));
    }
    // A plugin that has set up its own subscriber keeps it.
    let _ = tracing_subscriber::registry().with(targets).with(layer::HclogLayer).try_init();
}

fn level_filter(level: &str) -> LevelFilter {
    match level.to_ascii_lowercase().as_str() {
        "trace" => LevelFilter::TRACE,
        "info" | "notice" => LevelFilter::INFO,
        "warn" | "warning" => LevelFilter::WARN,
        "err" | "error" => LevelFilter::ERROR,
        _ => LevelFilter::DEBUG,
    }
}

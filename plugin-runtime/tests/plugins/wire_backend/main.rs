//! The plugin of the wire tests.

mod backend;

use std::process::ExitCode;
use std::time::Duration;

use plugin_runtime::Plugin;

use backend::WireBackend;

fn main() -> ExitCode {
    let mut plugin = Plugin::new("wire-backend", WireBackend::new).version("1.2.3");
    #[cfg(feature = "multi-thread")]
    {
        plugin = plugin.worker_threads(2);
    }
    if std::env::args().any(|argument| argument == "--tcp") {
        plugin = plugin.tcp();
    }
    if std::env::args().any(|argument| argument == "--soon") {
        plugin = plugin.unused_timeout(Duration::from_secs(1));
    }
    plugin.serve()
}

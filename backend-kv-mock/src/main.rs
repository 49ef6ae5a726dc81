//! The kv mock as a plugin.

use std::process::ExitCode;

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| backend_kv_mock::engine())
}

//! The kv mock, allowed to run without TLS as well: what the benches over the wire drive.

use std::process::ExitCode;

use plugin_runtime::Plugin;

fn main() -> ExitCode {
    Plugin::new(env!("CARGO_PKG_NAME"), |_mount| backend_kv_mock::engine())
        .version(env!("CARGO_PKG_VERSION"))
        .danger_allow_plaintext()
        .serve()
}

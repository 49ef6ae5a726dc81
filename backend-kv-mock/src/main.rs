//! The kv mock as a plugin.

use std::process::ExitCode;

use backend_kv_mock::KvMock;

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| KvMock)
}

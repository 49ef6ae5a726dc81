//! The auth mock as a plugin.

use std::process::ExitCode;

use backend_auth_mock::auth_mock;

fn main() -> ExitCode {
    plugin_runtime::serve!(|_mount| auth_mock())
}

//! The plugin that the benches over the wire drive: the kv mock, allowed to run without TLS as well;
//! or, as `plugin computing THREADS`, an engine that computes, on as many worker threads.

use std::process::ExitCode;

use benches::engines;
use plugin_runtime::{Backend, Plugin};

fn main() -> ExitCode {
    let name = env!("CARGO_PKG_NAME");
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["computing", threads] => {
            on_threads(Plugin::new(name, |_mount| engines::computing()), threads)
        }
        _ => serve(Plugin::new(name, |_mount| backend_kv_mock::engine())),
    }
}

fn serve<B: Backend>(plugin: Plugin<B>) -> ExitCode {
    plugin.version(env!("CARGO_PKG_VERSION")).danger_allow_plaintext().serve()
}

#[cfg(feature = "threads")]
fn on_threads<B: Backend>(plugin: Plugin<B>, threads: &str) -> ExitCode {
    match threads.parse() {
        Ok(threads) => serve(plugin.worker_threads(threads)),
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(not(feature = "threads"))]
fn on_threads<B: Backend>(plugin: Plugin<B>, threads: &str) -> ExitCode {
    match threads {
        "0" => serve(plugin),
        // Better no figures than those of something else.
        _ => ExitCode::FAILURE,
    }
}

//! Patterns as an author may write them, and request paths as anyone may send them.
#![allow(clippy::expect_used, reason = "what serves the tests is test code too")]

use std::time::Duration;

use futures_util::FutureExt as _;
use plugin_fuzz::{Limits, target};
use plugin_runtime::framework::{Dispatch, Framework, FrameworkError, Pattern, read};
use plugin_runtime::{Backend as _, Data, Operation, Request, Response, Result, Storage};
use serde_json::json;

/// What patterns there may be, in lines: `t ` and a template, `r ` and a regex. Other lines are
/// paths.
fn pattern(line: &str) -> Option<Pattern> {
    match line.split_at_checked(2)? {
        ("t ", template) => Some(Pattern::from(template)),
        ("r ", regex) => Some(Pattern::regex(regex)),
        _ => None,
    }
}

/// A backend whose paths answer which of them they are.
fn build(patterns: &[Pattern]) -> Result<Dispatch<()>, FrameworkError> {
    let mut framework = Framework::secrets(());
    for (index, pattern) in patterns.iter().enumerate() {
        let answer = move || async move { Response::new(&json!({ "index": index })) };
        framework = framework.path(pattern.clone(), read(answer));
    }
    framework.build()
}

fn answer(backend: &Dispatch<()>, operation: Operation, path: &str) -> Option<Response> {
    let request = Request::new(operation, path, Data::none(), Storage::in_memory());
    backend.handle(request).now_or_never().expect("nothing to wait for").ok().flatten()
}

/// Which path a request goes to.
fn route(backend: &Dispatch<()>, path: &str) -> Option<usize> {
    let answer = answer(backend, Operation::Read, path)?;
    let index = answer.data().parse::<serde_json::Value>().expect("an object")["index"].as_u64();
    index.and_then(|index| usize::try_from(index).ok())
}

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let patterns: Vec<_> = text.lines().filter_map(pattern).take(6).collect();
    let backend = match build(&patterns) {
        Ok(backend) => backend,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let alone: Vec<_> = patterns.iter().map(|one| build(std::slice::from_ref(one)).ok()).collect();
    // Patterns are paths too: a template's constant parts match themselves.
    for path in text.lines().flat_map(|line| [line, line.get(2..).unwrap_or_default()]) {
        let matching = |backend: &Option<Dispatch<()>>| {
            backend.as_ref().is_some_and(|backend| route(backend, path).is_some())
        };
        assert_eq!(route(&backend, path), alone.iter().position(matching), "{path:?}");
        let _ = answer(&backend, Operation::Help, path);
    }
    assert!(answer(&backend, Operation::Help, "").is_some(), "no help");
    for pattern in &patterns {
        assert!(pattern.param_names().all(|name| pattern.as_str().contains(name)));
    }
}

target!(
    patterns,
    words: &[
        "\nt ", "\nr ", "\n", "/", "a", "role/", "creds/", "{name}", "{name:at}", "{path*}",
        "{path+}", "{/name?}", "/?", "(?P<name>", ")", "(", "?", "*", "+", "|", "[", "]", "^", "$",
        "\\w", "\\d+", "[\\w-.]+", "[^/]", ".*", "{1,3}", "{1000}", "\\Q", "\\E", "\\b", "(?i)",
        "(?:", "(?s)", "\\x{10ffff}", "[[:alpha:]]", "\u{e4}", "framework", "..", "@",
    ],
    // Regexes compile into automata of up to ten mebibytes, a dozen of them here.
    limits: Limits { time: Duration::from_secs(20), memory: 256 << 20, memory_per_byte: 4096 },
    check: check
);

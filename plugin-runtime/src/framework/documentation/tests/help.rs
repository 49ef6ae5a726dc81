use serde_json::json;

use super::ask;
use super::sample::sample;
use crate::framework::{Framework, FrameworkError, read};
use crate::{Backend, Data, ErrorKind, Operation, Request, Storage};

async fn help(path: &str) -> String {
    let answer = ask(sample(), path, json!(null)).await;
    assert_eq!(answer["see_also"], json!(null));
    answer["help"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn help_on_a_path_shows_its_route_and_parameters() {
    let help = help("role/dev").await;
    let start = r"Request:        role/dev
Matching Route: ^role/(?P<name>\w(([\w-.]+)?\w)?)$

Reads and writes a role.

## PARAMETERS

    active (bool)

        <no description>

    anything (any)

";
    assert!(help.starts_with(start), "{help}");
    let end = "\n\n## DESCRIPTION\n\nA role says who.\n\nAnd what.";
    assert!(help.ends_with(end), "{help}");
    for (part, what) in [
        ("    name (string)\n\n        Which role.\n\n", "the declaration's words come first"),
        ("    seats (int)\n\n        (DEPRECATED) How many.\n\n", "a deprecated field"),
        ("    ttl (duration (sec))\n\n        How long it holds.\n\n", "a field type"),
        ("    version (int)\n\n        Which one; the last", "a field of another operation"),
        ("    label (lowercase string)\n", "a label"),
        ("    policies (slice)\n", "a label"),
        ("    tags (keypair)\n", "a label"),
        ("    options (map)\n", "a label"),
        ("    by_number (map)\n", "a label of what Vault has no type for"),
        ("    pair (slice)\n", "a label of what Vault has no type for"),
        ("    level (int64)\n", "a label"),
        ("    share (float)\n", "a label"),
        ("    until (time)\n", "a label"),
        ("    headers (header)\n", "a label"),
        ("    nick (name string)\n", "a label"),
    ] {
        assert!(help.contains(part), "{what}: {part:?} in\n{help}");
    }
    let names = help.lines().filter_map(|line| line.strip_prefix("    "));
    let names: Vec<_> =
        names.filter(|line| !line.starts_with(' ') && line.ends_with(')')).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), 27);
}

#[tokio::test]
async fn help_without_words_has_placeholders() {
    let expected = "Request:        a/c\nMatching Route: ^(a|b)/c$\n\n<no synopsis>\n\n\
                    ## DESCRIPTION\n\n<no description>";
    assert_eq!(help("a/c").await, expected);
    let deprecated = help("new/x").await;
    assert!(deprecated.contains("\n\n(DEPRECATED) <no synopsis>\n\n## PARAMETERS\n\n"));
    assert!(deprecated.contains("\n\n    id (string)\n\n        <no description>\n\n"));
}

#[tokio::test]
async fn help_on_the_backend_lists_all_routes() {
    let help = help("").await;
    assert!(
        help.starts_with("## DESCRIPTION\n\nEverything\n  there is.\n\n## PATHS\n\n"),
        "{help}"
    );
    let routes: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("    ^")).collect();
    assert_eq!(routes.len(), 13);
    assert!(routes.is_sorted(), "{routes:?}");
    assert!(help.contains("\n\n    ^role/?$\n        All roles.\n\n"), "{help}");
    assert!(help.contains("\n\n    ^gone$\n        <no synopsis>\n\n"), "{help}");
    assert!(!help.ends_with('\n'));
}

#[tokio::test]
async fn help_on_a_path_that_is_not_there_is_refused() {
    let request = Request::new(Operation::Help, "nowhere", Data::none(), Storage::in_memory());
    let error = sample().build().unwrap().handle(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedPath);
}

#[test]
fn a_description_of_a_parameter_that_is_not_there_is_refused() {
    async fn nothing() {}
    let operations = || read(nothing).parameter("nmae", "The name.");
    for pattern in ["role/{name}", "role"] {
        let error = Framework::secrets(()).path(pattern, operations()).build().unwrap_err();
        assert!(matches!(error, FrameworkError::Parameter { .. }), "{error}");
        assert!(error.to_string().contains("`nmae`"), "{error}");
    }
    assert!(Framework::secrets(()).path("role/{nmae}", operations()).build().is_ok());
}

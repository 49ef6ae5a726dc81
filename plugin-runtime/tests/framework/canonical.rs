//! Requests for the canonical form of a path.

use plugin_runtime::framework::answer::CanonicalPath;
use plugin_runtime::framework::extract::Path;
use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{ErrorKind, Operation};
use serde_json::json;

use crate::mount::{Mount, data, refusal};

async fn nothing() {}

async fn canonical(Path(name): Path<String>) -> CanonicalPath {
    CanonicalPath(format!("user/{}", name.to_lowercase()))
}

#[tokio::test]
async fn a_path_with_one_spelling_is_answered_with_it() {
    let mount = Mount::of(
        Framework::secrets(())
            .path("user/{name}", read(nothing).canonical(canonical))
            .path("plain/{name}", read(nothing)),
    );
    let resolve = |path: &'static str| mount.send(Operation::ResolvePath, path, json!({ "a": 1 }));
    let answer = resolve("user/Dev").await.unwrap().unwrap();
    assert_eq!(data(&answer), json!({ "path": "user/dev" }));
    assert!(answer.warnings().is_empty());
    // To the server, both mean that the path is already canonical.
    assert_eq!(refusal(resolve("plain/Dev").await).0, ErrorKind::UnsupportedOperation);
    assert_eq!(refusal(resolve("nowhere").await).0, ErrorKind::UnsupportedPath);
}

//! The document of the whole API, into which the server merges what each mount tells of itself.

use anyhow::{Context, Result};
use openapiv3::{OpenAPI, ReferenceOr};
use xtask::server::ServerBinary;
use xtask::tutorial::NAME;

use crate::on_both_versions;
use crate::setting::dev_server;

on_both_versions!(the_servers_document_holds_the_mounts_paths);

fn the_servers_document_holds_the_mounts_paths(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable("mock", NAME)?.success()?;
    let answer = api.read("sys/internal/specs/openapi")?.success()?;
    let document: OpenAPI =
        serde_json::from_value(answer.body).context("the document is no OpenAPI 3.0")?;
    assert!(document.openapi.starts_with("3.0"), "{}", document.openapi);

    let ours: Vec<_> =
        document.paths.iter().filter(|(path, _)| path.starts_with("/mock/")).collect();
    assert!(!ours.is_empty(), "the document has no path of the mount");
    for (path, item) in ours {
        let ReferenceOr::Item(item) = item else { continue };
        let operations: Vec<_> = item.iter().collect();
        assert!(!operations.is_empty(), "{path} has no operation");
        for (method, operation) in operations {
            assert!(operation.operation_id.is_some(), "{method} {path} has no id");
            assert!(!operation.responses.responses.is_empty(), "{method} {path} has no answer");
        }
    }
    Ok(())
}

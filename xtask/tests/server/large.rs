//! Entries as large as a server takes them.

use anyhow::Result;
use cargo_vault_plugin::server::ServerBinary;
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::dev_server;

on_every_server!(thirty_megabytes_come_back_equal);

/// A server takes requests of 32 MiB at most.
const BYTES: usize = 30_000_000;

fn thirty_megabytes_come_back_equal(binary: &ServerBinary) -> Result<()> {
    let server = dev_server(binary, &[])?;
    let api = server.api();
    api.enable_secrets("mock", NAME).success()?;
    let mut text = String::with_capacity(BYTES + 16);
    for number in 0_u64.. {
        if text.len() >= BYTES {
            break;
        }
        // No two pieces alike, so that one that is lost or out of place shows.
        text.push_str(&format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    }
    let body = json!({ "blob": text });
    for write in ["create", "update"] {
        api.write("mock/large", &body).success()?;
        let answer = api.read("mock/large").success()?;
        // Not assert_eq, which would print both.
        assert!(answer.data == body, "{write}: what is read is not what was written");
    }
    api.write("mock/small", json!({ "message": "Hello World" })).success()?;
    assert_eq!(api.list("mock/").success()?.keys(), ["large", "small"]);
    Ok(())
}

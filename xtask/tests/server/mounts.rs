//! Several mounts of one plugin.

use std::time::Duration;

use anyhow::Result;
use cargo_vault_plugin::server::ServerBinary;
use serde_json::json;
use xtask::tutorial::NAME;

use crate::on_every_server;
use crate::setting::dev_server;

on_every_server!(
    two_mounts_share_one_process[ProtocolVersion5],
    opting_out_of_multiplexing_gives_two_processes
);

/// How long a plugin may take to end after its last mount went.
const END: Duration = Duration::from_secs(10);

fn two_mounts_share_one_process(binary: &ServerBinary) -> Result<()> {
    two_mounts(binary, &[], 1)
}

fn opting_out_of_multiplexing_gives_two_processes(binary: &ServerBinary) -> Result<()> {
    let opt_out =
        [("BAO_PLUGIN_MULTIPLEXING_OPT_OUT", NAME), ("VAULT_PLUGIN_MULTIPLEXING_OPT_OUT", NAME)];
    two_mounts(binary, &opt_out, 2)
}

fn two_mounts(binary: &ServerBinary, variables: &[(&str, &str)], processes: usize) -> Result<()> {
    let server = dev_server(binary, variables)?;
    let api = server.api();
    server.wait_for_plugins(0, END)?;
    api.enable_secrets("one", NAME).success()?;
    api.enable_secrets("two", NAME).success()?;
    let (one, two) = (json!({ "mount": "one" }), json!({ "mount": "two" }));
    api.write("one/key", &one).success()?;
    assert_eq!(api.read("two/key").error_text(), "No value at two/key", "data are apart");
    let before = server.wait_for_plugins(processes, Duration::ZERO)?;
    api.write("two/key", &two).success()?;
    assert_eq!(api.read("one/key").success()?.data, one);
    assert_eq!(api.read("two/key").success()?.data, two);

    api.disable_secrets("one").success()?;
    assert_eq!(api.read("two/key").success()?.data, two, "the other mount goes on");
    api.write("two/more", &two).success()?;
    assert_eq!(api.list("two/").success()?.keys(), ["key", "more"]);
    let left = server.wait_for_plugins(1, END)?;
    assert!(left.iter().all(|pid| before.contains(pid)), "no process was replaced");

    api.disable_secrets("two").success()?;
    server.wait_for_plugins(0, END)?;
    assert_eq!(server.sockets(), Vec::<std::path::PathBuf>::new(), "sockets are left");
    Ok(())
}

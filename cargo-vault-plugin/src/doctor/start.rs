//! The plugin, started: by hand, in each mode of the handshake, and told to leave.

use anyhow::Result;
use plugin_host::Conformance;

use super::Options;
use super::report::{Finding, Report, Verdict};
use crate::runtime;

const CHECK: &str = "start";

/// Starts the plugin, unless the file itself is wrong already.
pub(super) fn check(options: &Options, file: &Report) -> Result<Vec<Finding>> {
    let shown = options.plugin.binary.display().to_string();
    if file.count(Verdict::Failure) > 0 {
        let found = "the plugin is started when its file is in order";
        return Ok(vec![Finding::new(CHECK, shown, Verdict::NotChecked, found)]);
    }
    runtime::block_on(Conformance::of(options.plugin.launch()).start())
}

//! A plugin directory with one plugin in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cargo_vault_plugin::doctor::{Finding, Options, Report, Verdict, examine};
use tempfile::TempDir;

/// Where files that may be run can be made; the system's own folder for that may be mounted with
/// `noexec`.
const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");

pub(crate) struct Folder {
    _temporary: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) options: Options,
}

impl Folder {
    /// With the program that this test is in, as a plugin.
    pub(crate) fn with_program() -> Self {
        Self::with(&own_program())
    }

    /// With a file that anyone may run.
    pub(crate) fn with(content: &[u8]) -> Self {
        let temporary = tempfile::tempdir_in(SCRATCH).unwrap();
        let path = temporary.path().canonicalize().unwrap();
        let binary = path.join("backend-x");
        fs::write(&binary, content).unwrap();
        set_mode(&binary, 0o755);
        set_mode(&path, 0o755);
        let mut options = Options::of(&binary);
        options.plugin_dir = Some(path.clone());
        Self { _temporary: temporary, path, options }
    }

    pub(crate) fn binary(&self) -> &Path {
        &self.options.plugin.binary
    }

    pub(crate) fn report(&self) -> Report {
        examine(&self.options)
    }

    /// What the check of this name found.
    pub(crate) fn finding(&self, check: &str) -> Finding {
        let report = self.report();
        let found = report.findings.iter().find(|finding| finding.check == check);
        found.cloned().unwrap_or_else(|| panic!("no {check} in {}", report.text()))
    }

    /// That this check alone fails, with these words of a server and this in the remedy.
    #[track_caller]
    pub(crate) fn assert_fails(&self, check: &str, server: &str, remedy: &str) {
        let report = self.report();
        let failed: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Failure)
            .map(|finding| finding.check.as_str())
            .collect();
        assert_eq!(failed, [check], "{}", report.text());
        let finding = self.finding(check);
        let words = finding.server.unwrap_or_default();
        assert!(words.contains(server), "`{server}` in `{words}`");
        let line = finding.remedy.unwrap_or_default();
        assert!(line.contains(remedy), "`{remedy}` in `{line}`");
    }
}

pub(crate) fn own_program() -> Vec<u8> {
    fs::read(std::env::current_exe().unwrap()).unwrap()
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

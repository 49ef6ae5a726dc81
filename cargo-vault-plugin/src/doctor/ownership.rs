//! Whose the file and its folder are, and who may write to them: what a server looks at when it is
//! told to.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::Options;
use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "ownership";

pub(super) fn check(program: &Program, options: &Options) -> Finding {
    let server = options.server_uid.unwrap_or_else(|| geteuid().as_raw());
    let directory = options.plugin_dir.as_deref().or_else(|| program.path.parent());
    let folder = directory.map(|directory| (directory.to_owned(), fs::metadata(directory)));
    let mut faults = faults(&program.path, &program.metadata, server);
    if let Some((path, Ok(metadata))) = &folder {
        faults.extend(self::faults(path, metadata, server));
    }
    let paths: Vec<PathBuf> =
        [program.path.clone()].into_iter().chain(folder.map(|(path, _)| path)).collect();
    let shown: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let finding = |verdict, found| Finding::new(CHECK, shown.join(" and "), verdict, found);
    if faults.is_empty() {
        let found = format!("the user {server} owns both, and no one else may write");
        return finding(Verdict::Ok, found);
    }
    let (verdict, words) = if options.permissions_check {
        (Verdict::Failure, "refuses to register and to start the plugin")
    } else {
        let words = "refuses to register and to start the plugin only where \
                     BAO_ENABLE_FILE_PERMISSIONS_CHECK or VAULT_ENABLE_FILE_PERMISSIONS_CHECK is set";
        (Verdict::Warning, words)
    };
    let listed = shown.join(" ");
    finding(verdict, faults.join("; "))
        .server(words)
        .remedy(format!("chown {server} {listed} && chmod go-w {listed}"))
}

fn faults(path: &Path, metadata: &Metadata, server: u32) -> Vec<String> {
    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o777);
    let path = path.display();
    let mut faults = Vec::new();
    if owner != server {
        faults.push(format!("{path} is owned by the user {owner}, the server is {server}"));
    }
    if mode & 0o022 != 0 {
        faults.push(format!("others than the owner may write to {path} ({mode:03o})"));
    }
    faults
}

//! A folder of one test: the plugins' files in it, their processes, and what they must not leave.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use plugin_host::{Checksum, Host, HostBuilder, Launch, PluginType, Registration};

/// Longer than anything that works takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A folder for plugins and one for their sockets.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("host").tempdir().unwrap();
        for name in ["plugins", "run"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// The plugin directory.
    pub(crate) fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    /// What plugins find as `TMPDIR`.
    pub(crate) fn run(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    /// A file that is neither a plugin nor one of its sockets.
    pub(crate) fn other(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A shell script as a plugin. It notes its process id first.
    pub(crate) fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.plugins().join(name);
        let pids = self.other("pids");
        let text = format!("#!/bin/sh\necho $$ >> '{}'\n{body}\n", pids.display());
        // Another process writes it: were this one to, a process that another test starts at the
        // same time could hold the file open for writing, and it could not be executed.
        let mut shell = Command::new("/bin/sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success());
        path
    }

    /// An example of this package as a plugin, under a name of the test's.
    pub(crate) fn example(&self, example: &str, name: &str) -> PathBuf {
        self.copy(&crate::tutorial::example(example), name)
    }

    /// A copy of a file as a plugin.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> PathBuf {
        let path = self.plugins().join(name);
        let copied = Command::new("cp").arg(from).arg(&path).status().unwrap();
        assert!(copied.success());
        path
    }

    /// How plugins of this folder are started.
    pub(crate) fn launch(&self, path: &Path) -> Launch {
        Launch::new(path).directory(self.run())
    }

    pub(crate) fn builder(&self) -> HostBuilder {
        let run = self.run();
        Host::builder()
            .plugin_directory(self.plugins())
            .launch(move |path| Launch::new(path).directory(&run))
    }

    /// The catalog's entry of a file of this folder.
    pub(crate) fn registration(&self, name: &str) -> Registration {
        self.registration_as(PluginType::Secret, name)
    }

    pub(crate) fn registration_as(&self, kind: PluginType, name: &str) -> Registration {
        let sum = Checksum::of_file(self.plugins().join(name)).unwrap();
        Registration::new(kind, name, sum)
    }

    /// The process ids that scripts have noted.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let noted = std::fs::read_to_string(self.other("pids")).unwrap_or_default();
        noted.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// Waits until every script is reaped and no socket is left.
    pub(crate) async fn is_clean(&self) {
        let pids = self.pids();
        until("every process is reaped", || !pids.iter().any(|pid| exists(*pid))).await;
        until("no socket is left", || std::fs::read_dir(self.run()).unwrap().count() == 0).await;
    }
}

/// Whether there is a process, be it a zombie.
pub(crate) fn exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Whether a process runs. A zombie does not.
pub(crate) fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

/// Waits for what other tasks or processes bring about.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "still not so: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

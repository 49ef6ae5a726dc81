//! `cargo vault-plugin dist`, in a workspace of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::run::{command, scratch, stderr, stdout};

/// A workspace with a plugin in it, and a library beside it.
struct Author {
    folder: TempDir,
}

impl Author {
    /// `metadata` is the table `[package.metadata.plugin]`, if the plugin has one.
    fn new(metadata: &str) -> Self {
        let author = Self { folder: scratch() };
        author.write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"engine\", \"types\"]\nresolver = \"3\"\n",
        );
        let package = "version = \"1.2.3\"\nedition = \"2024\"\n";
        author.write(
            "engine/Cargo.toml",
            &format!("[package]\nname = \"engine\"\n{package}{metadata}"),
        );
        author.write("engine/src/bin/engine-plugin.rs", "fn main() {}");
        author.write("engine/src/bin/tool.rs", "fn main() {}");
        author.write("types/Cargo.toml", &format!("[package]\nname = \"types\"\n{package}"));
        author.write("types/src/lib.rs", "");
        author
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs `dist` with the target folder of this workspace.
    fn dist(&self, words: &[&str]) -> std::process::Output {
        let mut command = command();
        command.arg("dist").args(words).current_dir(self.folder.path());
        command.env_remove("CARGO_TARGET_DIR").env("CARGO_NET_OFFLINE", "true").output().unwrap()
    }

    fn built(&self) -> PathBuf {
        self.folder.path().join("target/dist")
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const REGISTRATION: &str =
    "[package.metadata.plugin]\nkind = \"auth\"\nname = \"door\"\nprogram = \"engine-plugin\"\n";

#[test]
fn the_plugin_of_an_author_comes_with_its_sum_and_its_commands() {
    let author = Author::new(REGISTRATION);
    // What a build writes to and where is up to cargo's settings.
    author.write(
        ".cargo/config.toml",
        "[build]\ntarget-dir = \"target\"\n[profile.release]\nstrip = true\n",
    );
    let output = author.dist(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("bytes  engine-plugin"), "{}", stdout(&output));
    let built = author.built();
    assert_eq!(files(&built), ["REGISTER.md", "SHA256SUMS", "plugins"]);
    assert_eq!(files(&built.join("plugins")), ["engine-plugin"]);
    let sums = fs::read_to_string(built.join("SHA256SUMS")).unwrap();
    let (sum, file) = sums.trim_end().split_once("  ").unwrap();
    assert_eq!((sum.len(), file), (64, "plugins/engine-plugin"));
    let register = fs::read_to_string(built.join("REGISTER.md")).unwrap();
    let line = format!(
        "bao plugin register -sha256={sum} -command=engine-plugin_v1.2.3 -version=v1.2.3 auth door\n"
    );
    assert!(register.contains(&line), "{register}");
    assert!(register.contains("install -m 0755 plugins/engine-plugin "), "{register}");
}

#[test]
fn an_executable_is_found_where_the_target_is_set() {
    let author = Author::new(REGISTRATION);
    let version = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let version = stdout(&version);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    author.write(".cargo/config.toml", &format!("[build]\ntarget = \"{host}\"\n"));
    let output = author.dist(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(files(&author.built().join("plugins")), ["engine-plugin"]);
}

#[test]
fn a_budget_is_held() {
    let author = Author::new(&format!("{REGISTRATION}max-bytes = 10\n"));
    let output = author.dist(&["--package", "engine"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("its budget is under 10"), "{}", stderr(&output));
}

#[test]
fn what_is_missing_is_said() {
    let author = Author::new("");
    for (words, part) in [
        (
            &[][..],
            "no package of this workspace is a plugin; add a table [package.metadata.plugin]",
        ),
        (&["--package", "types"], "the package types is not a plugin"),
        (&["--manifest-path", "other/Cargo.toml"], "`cargo metadata` failed"),
    ] {
        let output = author.dist(words);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
    let author = Author::new(REGISTRATION);
    author.write("engine/src/bin/engine-plugin.rs", "fn main() { undefined }");
    let output = author.dist(&[]);
    assert!(stderr(&output).contains("cannot find value `undefined`"), "{}", stderr(&output));
    assert!(stderr(&output).contains("the plugins can't be built"), "{}", stderr(&output));
}

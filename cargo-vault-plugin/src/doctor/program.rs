//! The file itself: whether it is there, and whether it is a program at all.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::format::Format;
use super::report::{Finding, Verdict};

const CHECK: &str = "program";

/// What makes a file that can be run.
const BUILD: &str = "cargo build --release";

/// A file that is to be run as a plugin.
#[derive(Debug)]
#[non_exhaustive]
pub struct Program {
    /// As it was given.
    pub given: PathBuf,
    /// Absolute and without symbolic links.
    pub path: PathBuf,
    /// Of the file, not of a link to it.
    pub metadata: Metadata,
    /// What the file holds.
    pub content: Vec<u8>,
    /// What kind of program it is.
    pub(super) format: Format,
}

impl Program {
    /// Reads the file.
    ///
    /// # Errors
    /// The finding, when there is no file or it can't be read.
    pub fn open(given: &Path) -> Result<Self, Box<Finding>> {
        let shown = given.display().to_string();
        let failed = |found: String, server: &str, remedy: &str| {
            let finding = Finding::new(CHECK, shown.clone(), Verdict::Failure, found);
            Box::new(finding.server(server).remedy(remedy))
        };
        let missing = |error| {
            let server = "says `no such file or directory` when the plugin is registered";
            failed(format!("it can't be looked at: {error}"), server, BUILD)
        };
        let path = fs::canonicalize(given).map_err(missing)?;
        let metadata = fs::metadata(&path).map_err(missing)?;
        if !metadata.is_file() {
            return Err(failed(
                "it is not a regular file".to_owned(),
                "can't hash it, and so does not start it",
                "name the executable itself, such as target/dist/plugins/backend-x",
            ));
        }
        let content = fs::read(&path).map_err(|error| {
            let server = "has to read the file for its checksum";
            failed(format!("it can't be read: {error}"), server, &format!("chmod 755 {shown}"))
        })?;
        let format = Format::of(&content);
        Ok(Self { given: given.to_owned(), path, metadata, content, format })
    }

    /// Returns the path for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        self.given.display().to_string()
    }

    /// Returns the file's name, which is the command to register; without symbolic links.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Reports whether this is a program.
    pub(super) fn finding(&self) -> Finding {
        let finding = |verdict, found: String| Finding::new(CHECK, self.shown(), verdict, found);
        let size = self.content.len();
        let found = match &self.format {
            Format::Elf(_) | Format::MachO(_) | Format::Script(_) => {
                return finding(Verdict::Ok, format!("{}, {size} bytes", self.format.name()));
            }
            Format::Empty => "the file is empty: a copy that was cut short?".to_owned(),
            Format::Pe => "it is a program for Windows, where no server runs plugins".to_owned(),
            Format::ElfLibrary => "it is a shared library and not a program".to_owned(),
            Format::ElfPart => "it is the product of a compiler, not yet linked".to_owned(),
            Format::Broken(reason) => format!("its headers can't be read: {reason}"),
            Format::Text => "it is a text that does not begin with `#!`".to_owned(),
            Format::Unknown => "it is not a program in any format that is known".to_owned(),
        };
        finding(Verdict::Failure, found)
            .server("says `exec format error` when it starts the plugin")
            .remedy(BUILD)
    }
}

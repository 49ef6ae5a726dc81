//! What kind of program a file holds, by its first bytes and its headers.

use object::elf::{DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, ET_DYN, ET_EXEC};
use object::macho::{CPU_TYPE_ARM64, CPU_TYPE_X86_64, CpuType};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader as _};
use object::read::macho::{FatArch as _, MachOFatFile32, MachOFatFile64};
use object::{Architecture, Endianness, FileKind, Object as _, elf};

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Format {
    Elf(Elf),
    /// One or more architectures.
    MachO(Vec<Architecture>),
    /// Begins with `#!`; the rest of the first line.
    Script(String),
    Pe,
    /// A shared library: no entry point of a program.
    ElfLibrary,
    /// An object file, or a core dump.
    ElfPart,
    /// Begins like a program with headers that are invalid.
    Broken(String),
    Text,
    Empty,
    Unknown,
}

/// What of an ELF program decides whether it runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Elf {
    pub(super) architecture: Architecture,
    /// The machine's number, for those without a name.
    pub(super) machine: u16,
    /// The program that loads this one (`PT_INTERP`); none when it is linked statically.
    pub(super) loader: Option<String>,
    /// The shared libraries that it needs (`DT_NEEDED`).
    pub(super) libraries: Vec<String>,
    /// Where they are looked for first (`DT_RPATH`, `DT_RUNPATH`).
    pub(super) library_paths: Vec<String>,
}

impl Format {
    pub(super) fn of(content: &[u8]) -> Self {
        if content.is_empty() {
            return Self::Empty;
        }
        if let Some(rest) = content.strip_prefix(b"#!") {
            let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            return Self::Script(String::from_utf8_lossy(line).into_owned());
        }
        let read = match FileKind::parse(content) {
            Ok(FileKind::Elf32) => elf_of::<elf::FileHeader32<Endianness>>(content),
            Ok(FileKind::Elf64) => elf_of::<elf::FileHeader64<Endianness>>(content),
            Ok(FileKind::MachO32 | FileKind::MachO64) => {
                object::File::parse(content).map(|file| Self::MachO(vec![file.architecture()]))
            }
            Ok(FileKind::MachOFat32) => MachOFatFile32::parse(content).map(|fat| {
                Self::MachO(fat.arches().iter().map(|one| apple(one.cputype())).collect())
            }),
            Ok(FileKind::MachOFat64) => MachOFatFile64::parse(content).map(|fat| {
                Self::MachO(fat.arches().iter().map(|one| apple(one.cputype())).collect())
            }),
            Ok(FileKind::Pe32 | FileKind::Pe64) => Ok(Self::Pe),
            _ if content.starts_with(b"\x7fELF") => {
                return Self::Broken("an ELF header that is cut short or wrong".to_owned());
            }
            _ if std::str::from_utf8(content).is_ok() => return Self::Text,
            _ => return Self::Unknown,
        };
        read.unwrap_or_else(|error| Self::Broken(error.to_string()))
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Elf(elf) if elf.loader.is_none() => "ELF, linked statically",
            Self::Elf(_) | Self::ElfLibrary | Self::ElfPart => "ELF",
            Self::MachO(_) => "Mach-O",
            Self::Script(_) => "a script",
            Self::Pe => "PE",
            Self::Broken(_) | Self::Text | Self::Empty | Self::Unknown => "no program",
        }
    }
}

fn apple(cpu: CpuType) -> Architecture {
    match cpu {
        CPU_TYPE_X86_64 => Architecture::X86_64,
        CPU_TYPE_ARM64 => Architecture::Aarch64,
        _ => Architecture::Unknown,
    }
}

fn elf_of<H: FileHeader<Endian = Endianness>>(content: &[u8]) -> object::Result<Format> {
    let file = ElfFile::<H>::parse(content)?;
    let (header, endian) = (file.elf_header(), file.endian());
    let mut loader = None;
    for segment in file.elf_program_headers() {
        if let Some(path) = segment.interpreter(endian, content)? {
            loader = Some(String::from_utf8_lossy(path).into_owned());
        }
    }
    let (mut libraries, mut library_paths, mut position_independent) =
        (Vec::new(), Vec::new(), false);
    // Without section headers, which a loader does not need, there is no such table.
    let table = file.elf_dynamic_table()?;
    for entry in &table {
        let text = || Ok(String::from_utf8_lossy(table.string(entry)?).into_owned());
        match entry.tag {
            DT_NEEDED => libraries.push(text()?),
            DT_RPATH | DT_RUNPATH => library_paths.extend(text()?.split(':').map(str::to_owned)),
            DT_FLAGS_1 => position_independent = entry.val & DF_1_PIE.0 != 0,
            _ => {}
        }
    }
    let kind = header.e_type(endian);
    if kind != ET_EXEC && kind != ET_DYN {
        return Ok(Format::ElfPart);
    }
    // A program that was packed has lost its table, but not its entry point.
    let no_entry = file.entry() == 0 || !table.is_empty();
    if kind == ET_DYN && loader.is_none() && !position_independent && no_entry {
        return Ok(Format::ElfLibrary);
    }
    let architecture = file.architecture();
    let machine = header.e_machine(endian).0;
    Ok(Format::Elf(Elf { architecture, machine, loader, libraries, library_paths }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_nothing_is_told_apart() {
        for (content, expected) in [
            (&b""[..], Format::Empty),
            (b"#!/bin/sh -e\necho", Format::Script("/bin/sh -e".to_owned())),
            (b"#!", Format::Script(String::new())),
            (b"echo hello\n", Format::Text),
            (b"\xff\xfe\x00\x01", Format::Unknown),
        ] {
            assert_eq!(Format::of(content), expected);
        }
    }

    #[test]
    fn headers_that_make_no_sense_are_no_panic() {
        for cut in [4, 16, 63, 64, 100, 1000] {
            let own = std::fs::read(std::env::current_exe().expect("a path")).expect("readable");
            let format = Format::of(&own[..cut]);
            assert!(matches!(format, Format::Broken(_) | Format::Elf(_)), "{cut}: {format:?}");
        }
    }
}

//! The shared libraries that the program needs, in the folders that loaders usually search.

use std::fs;
use std::path::{Path, PathBuf};

use super::architecture::Machine;
use super::format::{Elf, Format};
use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "libraries";

/// Where loaders look without being told.
const USUAL: [&str; 6] =
    ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"];

pub(super) fn check(program: &Program, machine: &Machine) -> Finding {
    let finding =
        |looked_at: String, verdict, found: String| Finding::new(CHECK, looked_at, verdict, found);
    let headers = format!("headers of {}", program.shown());
    let Format::Elf(elf) = &program.format else {
        let found = "only those of ELF programs are looked for".to_owned();
        return finding(headers, Verdict::NotChecked, found);
    };
    if elf.libraries.is_empty() {
        return finding(headers, Verdict::Ok, "it needs none".to_owned());
    }
    if elf.loader.as_deref().is_none_or(|loader| !Path::new(loader).exists()) {
        let found = "they are looked for by the loader, which is not there".to_owned();
        return finding(headers, Verdict::NotChecked, found);
    }
    let folders = folders(elf, &program.path, machine);
    let missing: Vec<_> = elf
        .libraries
        .iter()
        .filter(|name| !folders.iter().any(|folder| folder.join(name).exists()))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        let found = format!("all are there: {}", elf.libraries.join(", "));
        return finding(headers, Verdict::Ok, found);
    }
    let looked_at: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    let found = format!("not in the usual folders: {}", missing.join(", "));
    finding(looked_at.join(":"), Verdict::Warning, found)
        .server(
            "logs `error while loading shared libraries` from the plugin, then `plugin exited \
             before we could connect`",
        )
        .remedy(format!("ldd {}", program.shown()))
}

/// Returns the program's own folders, the usual ones, and those of the loader's configuration.
fn folders(elf: &Elf, program: &Path, machine: &Machine) -> Vec<PathBuf> {
    let origin = program.parent().unwrap_or(Path::new("/")).display().to_string();
    let own = elf
        .library_paths
        .iter()
        .map(|path| PathBuf::from(path.replace("${ORIGIN}", &origin).replace("$ORIGIN", &origin)));
    let triple = format!("{}-linux-gnu", machine.architecture);
    let multiarch = ["/lib", "/usr/lib"].map(|folder| Path::new(folder).join(&triple));
    let loader = elf.loader.as_deref().and_then(|loader| Path::new(loader).parent());
    let mut folders: Vec<PathBuf> = own
        .chain(loader.map(Path::to_owned))
        .chain(multiarch)
        .chain(USUAL.map(PathBuf::from))
        .chain(configured())
        .collect();
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    folders
}

/// Returns the folders that `/etc/ld.so.conf.d` adds.
fn configured() -> Vec<PathBuf> {
    let files = fs::read_dir("/etc/ld.so.conf.d").into_iter().flatten().flatten();
    let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
    texts
        .flat_map(|text| {
            let lines = text.lines().map(str::trim).filter(|line| line.starts_with('/'));
            lines.map(PathBuf::from).collect::<Vec<_>>()
        })
        .collect()
}

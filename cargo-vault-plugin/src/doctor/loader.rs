//! The program that loads this one. A binary linked against glibc names glibc's, which Alpine and
//! most small images do not have.

use std::path::Path;

use super::architecture::Machine;
use super::format::Format;
use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "loader";

pub(super) fn check(program: &Program, machine: &Machine) -> Finding {
    let finding = |looked_at: String, verdict, found: &str| {
        Finding::new(CHECK, looked_at, verdict, found.to_owned())
    };
    let headers = format!("headers of {}", program.shown());
    let Format::Elf(elf) = &program.format else {
        return finding(headers, Verdict::NotChecked, "only ELF programs name a loader");
    };
    let Some(loader) = &elf.loader else {
        return finding(headers, Verdict::Ok, "it needs none, so it runs on every distribution");
    };
    if machine.system != "linux" {
        return finding(headers, Verdict::NotChecked, "this machine does not run Linux");
    }
    if Path::new(loader).exists() {
        return finding(loader.clone(), Verdict::Ok, "it is there").server(
            "in a container or on another distribution needs it too; a musl build needs none",
        );
    }
    finding(loader.clone(), Verdict::Failure, "the loader that the program names is not there")
        .server("says `no such file or directory` about the plugin although the file is there")
        .remedy(format!("cargo build --release --target {}", machine.target()))
}

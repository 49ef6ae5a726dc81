//! Whether the program is one for this machine.

use std::env::consts;

use object::Architecture;

use super::format::Format;
use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "architecture";

/// A machine that a server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Machine {
    /// `linux` or `macos`, as Rust's standard library has it.
    pub system: &'static str,
    /// `x86_64` or `aarch64`, likewise.
    pub architecture: &'static str,
}

impl Machine {
    /// Returns the machine that this runs on.
    #[must_use]
    pub fn this() -> Self {
        Self { system: consts::OS, architecture: consts::ARCH }
    }

    /// Returns Rust's name for programs that run on every such machine.
    pub(super) fn target(&self) -> String {
        match self.system {
            "macos" => format!("{}-apple-darwin", self.architecture),
            _ => format!("{}-unknown-linux-musl", self.architecture),
        }
    }

    fn runs(&self, architecture: Architecture) -> bool {
        name(architecture) == Some(self.architecture)
    }

    /// Returns whether the system can be told to run such programs: those of 32 bits on a 64-bit kernel,
    /// and those of Intel on Apple's processors.
    fn may_run(&self, architecture: Architecture) -> bool {
        matches!(
            (self.system, self.architecture, architecture),
            ("linux", "x86_64", Architecture::I386 | Architecture::X86_64_X32)
                | ("linux", "aarch64", Architecture::Arm)
                | ("macos", "aarch64", Architecture::X86_64)
        )
    }
}

/// Returns the name that Rust's standard library has for an architecture, as far as servers run on it.
fn name(architecture: Architecture) -> Option<&'static str> {
    Some(match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Aarch64 => "aarch64",
        Architecture::I386 => "x86",
        Architecture::Arm => "arm",
        Architecture::Riscv64 => "riscv64",
        Architecture::S390x => "s390x",
        Architecture::PowerPc64 => "powerpc64",
        _ => return None,
    })
}

pub(super) fn check(program: &Program, machine: &Machine) -> Finding {
    let Machine { system, architecture } = machine;
    let finding = |verdict, found: String| {
        Finding::new(CHECK, format!("headers of {}", program.shown()), verdict, found)
    };
    let (of, architectures) = match &program.format {
        Format::Elf(elf) => ("linux", std::slice::from_ref(&elf.architecture)),
        Format::MachO(architectures) => ("macos", architectures.as_slice()),
        _ => {
            return finding(Verdict::NotChecked, "only programs have an architecture".to_owned());
        }
    };
    let names: Vec<_> = architectures
        .iter()
        .map(|one| name(*one).map_or_else(|| format!("{one:?}"), str::to_owned))
        .collect();
    let names = names.join(", ");
    if of == *system && architectures.iter().any(|one| machine.runs(*one)) {
        return finding(Verdict::Ok, format!("{names}, as this machine"));
    }
    let found = format!("it is for {of} on {names}; this machine is {system} on {architecture}");
    let remedy = format!("cargo build --release --target {}", machine.target());
    if of == *system && architectures.iter().any(|one| machine.may_run(*one)) {
        let found = format!("{found}, which runs it only if it is set up to");
        return finding(Verdict::Warning, found).remedy(remedy);
    }
    finding(Verdict::Failure, found)
        .server("says `exec format error` when it starts the plugin")
        .remedy(remedy)
}

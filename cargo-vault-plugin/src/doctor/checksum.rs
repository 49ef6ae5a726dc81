//! The checksum that the plugin is registered with.

use crate::dist::sha256_of_file;

use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "checksum";

pub(super) fn check(program: &Program, registered: Option<&str>) -> Finding {
    let sum = match sha256_of_file(&program.path) {
        Ok(sum) => sum,
        Err(error) => {
            let found = format!("it can't be read any more: {error:#}");
            return Finding::new(CHECK, program.shown(), Verdict::Failure, found);
        }
    };
    let name = program.given.file_name().unwrap_or_default().to_string_lossy();
    let register = format!("bao plugin register -sha256={sum} -command={name} secret {name}");
    let finding = |verdict, found: String| {
        Finding::new(CHECK, format!("SHA-256 of {}", program.shown()), verdict, found)
            .remedy(register.clone())
    };
    let Some(registered) = registered else {
        return finding(Verdict::Ok, format!("{sum}; register it with this sum"));
    };
    let is_sum =
        registered.len() == sum.len() && registered.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_sum {
        return finding(Verdict::Failure, format!("`{registered}` is not 64 hexadecimal digits"))
            .server("refuses the registration");
    }
    if registered.eq_ignore_ascii_case(&sum) {
        let mut good = finding(Verdict::Ok, "it is the one that is registered".to_owned());
        good.remedy = None;
        return good;
    }
    finding(Verdict::Failure, format!("{sum}, and {registered} is registered"))
        .server("says `checksums did not match` whenever it starts the plugin")
}

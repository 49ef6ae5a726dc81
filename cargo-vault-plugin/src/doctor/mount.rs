//! Whether the file system lets anything run.

use std::fs;
use std::path::{Path, PathBuf};

use super::program::Program;
use super::report::{Finding, Verdict};

const CHECK: &str = "mount";

/// What this process sees mounted; Linux only.
const MOUNTS: &str = "/proc/self/mountinfo";

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    point: PathBuf,
    noexec: bool,
}

pub(super) fn check(program: &Program) -> Finding {
    match fs::read_to_string(MOUNTS) {
        Ok(list) => judge(&program.path, &list),
        Err(error) => Finding::new(CHECK, MOUNTS, Verdict::NotChecked, error.to_string()),
    }
}

fn judge(path: &Path, list: &str) -> Finding {
    let finding = |verdict, found: String| Finding::new(CHECK, MOUNTS, verdict, found);
    let Some(mount) = mount_of(path, list) else {
        return finding(Verdict::NotChecked, "the file is below no mount of the list".to_owned());
    };
    let point = mount.point.display();
    if mount.noexec {
        return finding(Verdict::Failure, format!("{point} is mounted with noexec"))
            .server("says `permission denied` when it starts the plugin, whatever the file's mode")
            .remedy(format!("mount -o remount,exec {point}"));
    }
    finding(Verdict::Ok, format!("programs on {point} may run"))
}

/// Returns the mount that a path without symbolic links is on: the longest that holds it, and of several
/// on top of each other the last.
fn mount_of(path: &Path, list: &str) -> Option<Mount> {
    let mounts = list.lines().filter_map(parse).filter(|mount| path.starts_with(&mount.point));
    mounts.max_by_key(|mount| mount.point.components().count())
}

/// Parses a line, whose fifth field is the mount point and whose sixth field has its options.
fn parse(line: &str) -> Option<Mount> {
    let mut fields = line.split(' ').skip(4);
    let point = unescaped(fields.next()?).into();
    let noexec = fields.next()?.split(',').any(|option| option == "noexec");
    Some(Mount { point, noexec })
}

/// Replaces the escapes of blanks and backslashes, a backslash and three octal digits.
fn unescaped(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:25 / /tmp rw,nosuid,noexec,nodev - tmpfs tmpfs rw
31 30 0:26 / /tmp/may\\040run rw,relatime shared:1 - tmpfs tmpfs rw
32 22 0:27 / /over rw - tmpfs tmpfs rw
33 32 0:28 / /over rw,noexec - tmpfs tmpfs rw
34 22 0:29 / /exec rw - ext4 /dev/noexec rw,noexec
";

    #[test]
    fn the_innermost_mount_decides() {
        for (path, verdict) in [
            ("/usr/bin/x", Verdict::Ok),
            ("/tmpfile", Verdict::Ok),
            ("/tmp/x", Verdict::Failure),
            ("/tmp/may run/x", Verdict::Ok),
            ("/over/x", Verdict::Failure),
            ("/exec/x", Verdict::Ok),
        ] {
            assert_eq!(judge(Path::new(path), LIST).verdict, verdict, "{path}");
        }
        let remedy = judge(Path::new("/tmp/x"), LIST).remedy;
        assert_eq!(remedy.as_deref(), Some("mount -o remount,exec /tmp"));
        assert_eq!(judge(Path::new("/x"), "").verdict, Verdict::NotChecked);
    }
}

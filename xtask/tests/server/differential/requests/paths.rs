//! Paths that are not what an author thinks of.

use plugin_runtime::Operation;
use serde_json::json;

use super::super::step::{Step, delete, list, read, write};
use super::OPERATIONS;

/// Ends of paths, each odd in its own way.
pub(super) const ODD: [&str; 66] = [
    "",
    "/",
    "x",
    "x/",
    "x//",
    "/x",
    "//x",
    "x//y",
    "x///y/",
    "x/./y",
    "x/../y",
    ".",
    "..",
    "x/.",
    "x/..",
    "./x",
    "../x",
    "../../x",
    "...",
    "x/.../y",
    ".x",
    "x.",
    "a b",
    " x",
    "x ",
    "\t",
    "x\ty",
    "\n",
    "x\r\ny",
    "\0",
    "x\0y",
    "\u{7f}",
    "\u{85}",
    "\u{1b}[31m",
    "ü",
    "u\u{308}",
    "日本",
    "\u{202e}x",
    "\u{200b}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}x",
    "\u{e000}",
    "😀",
    "x%2Fy",
    "%",
    "%zz",
    "%00",
    "x?y=1",
    "x#y",
    "x;y",
    "x&y=z",
    "a+b",
    "\\",
    "x\\y",
    "*",
    "a*b",
    "'",
    "\"",
    "<x>",
    "{x}",
    "$x",
    "x:y",
    "|",
    "X",
    "there",
];

pub(super) fn all() -> Vec<Step> {
    let mut steps = Vec::new();
    for end in ODD {
        for operation in OPERATIONS {
            let data = match operation {
                Operation::Update | Operation::Patch => json!({ "a": 1 }),
                _ => json!(null),
            };
            steps.push(Step::new(operation, format!("wire/echo/{end}")).data(data));
        }
        steps.push(read(format!("wire/{end}")));
        steps.push(write(format!("wire/{end}"), json!({ "a": 1 })));
        steps.push(list(format!("wire/{end}")));
        steps.push(read(format!("no-mount/{end}")));
        steps.push(write(format!("auth/wire/{end}"), json!({ "a": 1 })).anonymous());
    }
    for end in ["", "/", "x", "x//y", "x/../y", "..", "\t", "ü", "x/"] {
        steps.push(read(end));
        steps.push(write(end, json!({ "a": 1 })));
        steps.push(read(format!("{end}/wire/echo")));
        steps.push(read(format!("auth/{end}")));
        steps.push(read(format!("wire{end}")));
        steps.push(delete(format!("wire/open/{end}/here")).anonymous());
    }
    for long in ["x".repeat(300), "x".repeat(5000), "a/".repeat(600), "ü".repeat(2000)] {
        steps.push(read(format!("wire/echo/{long}")));
        steps.push(write(format!("wire/echo/{long}y"), json!({})));
        steps.push(list(format!("wire/echo/{long}")));
    }
    // What the existence check says decides between `create` and `update`.
    for name in ["there", "not-there", "unknown"] {
        steps.push(write(format!("wire/{name}"), json!({ "a": 1 })));
        steps.push(write(format!("wire/echo/{name}"), json!({ "a": 1 })));
    }
    steps.push(write("wire/wrong", json!({})));
    steps
}

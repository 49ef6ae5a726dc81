#![allow(unused)]

use plugin_runtime::Storage;
use plugin_runtime::framework::debug_handler;
use plugin_runtime::framework::extract::Path;

#[debug_handler]
async fn read_role(Path(name): Path<&str>, storage: &Storage) {}

#[debug_handler]
async fn read_key(path: Path<(&'static str, u32)>, names: &mut [String]) {}

fn main() {}

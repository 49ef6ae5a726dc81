#![allow(unused)]

use plugin_runtime::Storage;
use plugin_runtime::framework::{Operations, read};

async fn read_role(storage: &Storage) {}

fn main() {
    let _: Operations<()> = read(read_role);
}

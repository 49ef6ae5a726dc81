#![allow(unused)]

use plugin_runtime::framework::{Operations, read};

async fn read_role(name: String) {}

fn main() {
    let _: Operations<()> = read(read_role);
}

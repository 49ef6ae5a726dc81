#![allow(unused)]

use plugin_runtime::framework::{Operations, read};

fn status() {}

fn main() {
    let _: Operations<()> = read(status);
}

#![allow(unused)]

use plugin_runtime::Storage;
use plugin_runtime::framework::{Operations, read};

async fn status(
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
) {
}

fn main() {
    let _: Operations<()> = read(status);
}

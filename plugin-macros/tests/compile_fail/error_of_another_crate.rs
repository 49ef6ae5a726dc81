#![allow(unused)]

use plugin_runtime::framework::{Operations, read};

async fn status() -> Result<(), std::io::Error> {
    std::fs::remove_file("status")
}

fn main() {
    let _: Operations<()> = read(status);
}

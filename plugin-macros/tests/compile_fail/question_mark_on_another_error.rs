#![allow(unused)]

use plugin_runtime::Result;
use plugin_runtime::framework::{Operations, read};

async fn status() -> Result<()> {
    std::fs::remove_file("status")?;
    Ok(())
}

fn main() {
    let _: Operations<()> = read(status);
}

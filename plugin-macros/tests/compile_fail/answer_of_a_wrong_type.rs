#![allow(unused)]

use plugin_runtime::framework::{Operations, read};
use plugin_runtime::Result;

async fn status() -> Result<String> {
    Ok(String::new())
}

fn main() {
    let _: Operations<()> = read(status);
}

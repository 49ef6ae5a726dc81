#![allow(unused)]

use plugin_runtime::Result;
use plugin_runtime::framework::debug_handler;

#[debug_handler]
async fn status() -> Result<String> {
    Ok(String::new())
}

#[debug_handler]
async fn other_error() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}

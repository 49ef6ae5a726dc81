#![allow(unused)]

use plugin_runtime::framework::debug_handler;

#[debug_handler(output = IntoExists)]
async fn exists() {}

#[debug_handler(output = IntoRenewed)]
async fn renew() -> bool {
    true
}

#[debug_handler(output = IntoDone)]
async fn periodic() -> u32 {
    1
}

fn main() {}

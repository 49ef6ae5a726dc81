#![allow(unused)]

use plugin_runtime::Storage;
use plugin_runtime::framework::debug_handler;

#[debug_handler]
async fn status(
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    _: Storage,
    ninth: Storage,
) {
}

fn main() {}

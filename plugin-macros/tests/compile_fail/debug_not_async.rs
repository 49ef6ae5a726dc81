#![allow(unused)]

use plugin_runtime::framework::debug_handler;

#[debug_handler]
fn status() {}

#[debug_handler(blocking)]
async fn compute() {}

fn main() {}

#![allow(unused)]

use plugin_runtime::framework::debug_handler;

#[debug_handler(states = Engine)]
async fn misspelt() {}

#[debug_handler(output = IntoNothing)]
async fn other_output() {}

#[debug_handler]
struct Role;

fn main() {}

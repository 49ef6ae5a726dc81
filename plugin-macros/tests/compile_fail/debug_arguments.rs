#![allow(unused)]

use plugin_runtime::framework::debug_handler;
use plugin_runtime::framework::extract::{Fields, Patch, State};

#[derive(serde::Deserialize)]
struct Role {
    seats: u32,
}

struct Engine;

struct Other;

#[debug_handler]
async fn texts(name: String, version: u32) {}

#[debug_handler]
async fn without_a_schema(role: Fields<Role>, patch: Patch<Role>) {}

#[debug_handler(state = Engine)]
async fn other_state(state: State<Other>) {}

fn main() {}

#![allow(unused)]

use plugin_runtime::framework::debug_handler;
use plugin_runtime::framework::extract::{FromContext, State};

struct Engine;

struct Other;

#[debug_handler]
async fn generic<T>() {}

#[debug_handler]
async fn unnamed(argument: impl FromContext<()>) {}

#[debug_handler]
async fn two(engine: State<Engine>, other: State<Other>) {}

impl Engine {
    #[debug_handler]
    async fn method(&self) {}
}

fn main() {}

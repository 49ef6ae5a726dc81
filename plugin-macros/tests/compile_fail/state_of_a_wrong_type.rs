#![allow(unused)]

use plugin_runtime::framework::extract::State;
use plugin_runtime::framework::{Framework, read};

struct Engine;

struct Other;

async fn status(State(other): State<Other>) {}

fn main() {
    let _ = Framework::secrets(Engine).path("status", read(status));
}

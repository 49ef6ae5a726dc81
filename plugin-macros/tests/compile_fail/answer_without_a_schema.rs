#![allow(unused)]

use plugin_runtime::framework::extract::Fields;
use plugin_runtime::framework::{Operations, read};

#[derive(serde::Serialize)]
struct Status {
    ready: bool,
}

async fn status() -> Option<Fields<Status>> {
    Some(Fields(Status { ready: true }))
}

fn main() {
    let _: Operations<()> = read(status);
}

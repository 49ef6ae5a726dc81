#![allow(unused)]

use plugin_runtime::framework::extract::Fields;
use plugin_runtime::framework::{Operations, write};

#[derive(serde::Deserialize)]
struct Role {
    seats: u32,
}

async fn write_role(Fields(role): Fields<Role>) {}

fn main() {
    let _: Operations<()> = write(write_role);
}

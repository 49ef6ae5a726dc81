#![allow(unused)]

use plugin_runtime::framework::{Operations, create};

async fn create_role() {}

fn main() {
    let _: Operations<()> = create(create_role);
}

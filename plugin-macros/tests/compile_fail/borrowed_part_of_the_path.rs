#![allow(unused)]

use plugin_runtime::framework::extract::Path;
use plugin_runtime::framework::{Operations, read};

async fn read_role(Path(name): Path<&str>) {}

fn main() {
    let _: Operations<()> = read(read_role);
}

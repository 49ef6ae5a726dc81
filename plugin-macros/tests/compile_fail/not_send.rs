#![allow(unused)]

use std::rc::Rc;

use plugin_runtime::Storage;
use plugin_runtime::framework::{Operations, read};

async fn status(storage: Storage) {
    let shared = Rc::new(1);
    let _ = storage.entry("status").await;
    drop(shared);
}

fn main() {
    let _: Operations<()> = read(status);
}

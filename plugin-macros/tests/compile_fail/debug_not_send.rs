#![allow(unused)]

use std::rc::Rc;
use std::sync::Mutex;

use plugin_runtime::Storage;
use plugin_runtime::framework::debug_handler;

static LOCK: Mutex<u32> = Mutex::new(0);

#[debug_handler]
async fn shared(storage: Storage) {
    let shared = Rc::new(1);
    let _ = storage.entry("status").await;
    drop(shared);
}

#[debug_handler]
async fn locked(storage: Storage) {
    let mut count = LOCK.lock().unwrap();
    let _ = storage.entry("status").await;
    *count += 1;
}

fn main() {}

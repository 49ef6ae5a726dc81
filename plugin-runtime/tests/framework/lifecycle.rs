//! A backend's start, its end, and changes by other nodes.

use std::sync::Arc;

use parking_lot::Mutex;
use plugin_runtime::framework::Framework;
use plugin_runtime::framework::extract::State;
use plugin_runtime::{Backend, BackendType, Initialize, Result, Storage};

type Seen = Arc<Mutex<Vec<String>>>;

async fn start(State(seen): State<Seen>, storage: Storage) -> Result<()> {
    seen.lock().push("start".to_owned());
    Ok(storage.put("started", &true).await?)
}

#[tokio::test]
async fn each_event_reaches_its_handler_with_the_mounts_state() {
    let seen = Seen::default();
    let backend = Framework::auth(Arc::clone(&seen))
        .initialize(start)
        .invalidate(|seen: Arc<Seen>, key| async move { seen.lock().push(key) })
        .cleanup(|seen: Arc<Seen>| async move { seen.lock().push("end".to_owned()) })
        .build()
        .unwrap();
    let storage = Storage::in_memory();
    assert_eq!(backend.kind(), BackendType::Auth);
    backend.initialize(Initialize::new(storage.clone())).await.unwrap();
    backend.invalidate("role/dev").await;
    backend.cleanup().await;
    assert_eq!(*seen.lock(), ["start", "role/dev", "end"]);
    assert_eq!(storage.get::<bool>("started").await.unwrap(), Some(true));
}

#[tokio::test]
async fn none_of_them_is_needed() {
    let backend = Framework::secrets(()).build().unwrap();
    backend.initialize(Initialize::new(Storage::in_memory())).await.unwrap();
    backend.invalidate("role/dev").await;
    backend.cleanup().await;
}

//! `tower` layers around a backend.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use plugin_runtime::framework::{Framework, read};
use plugin_runtime::{Error, ErrorKind, Request, Result};
use tower::ServiceBuilder;
use tower::timeout::TimeoutLayer;

use crate::mount::{Mount, refusal};

async fn slow() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

async fn refuse() -> Result<()> {
    Err(Error::permission_denied())
}

fn backend() -> Framework<()> {
    Framework::secrets(()).path("slow", read(slow)).path("refuse", read(refuse))
}

#[tokio::test(start_paused = true)]
async fn a_timeout_ends_what_takes_too_long() {
    let mount = Mount::of(backend().layer(TimeoutLayer::new(Duration::from_secs(1))));
    let (kind, text) = refusal(mount.read("slow").await);
    assert_eq!(kind, ErrorKind::Internal);
    assert_eq!(text, "request timed out");
}

#[tokio::test]
async fn the_backends_own_errors_pass_through_layers() {
    let mount = Mount::of(backend().layer(TimeoutLayer::new(Duration::from_secs(60))));
    assert_eq!(refusal(mount.read("refuse").await).0, ErrorKind::PermissionDenied);
    assert_eq!(refusal(mount.read("nowhere").await).0, ErrorKind::UnsupportedPath);
}

#[tokio::test]
async fn the_last_layer_is_the_outermost() {
    let order = Arc::new(AtomicU32::new(0));
    let mark = |digit: u32| {
        let order = Arc::clone(&order);
        ServiceBuilder::new()
            .map_request(move |request: Request| {
                let _ = order.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |order| {
                    Some(order * 10 + digit)
                });
                request
            })
            .into_inner()
    };
    let mount = Mount::of(backend().layer(mark(1)).layer(mark(2)));
    refusal(mount.read("refuse").await);
    assert_eq!(order.load(Ordering::Relaxed), 21);
}

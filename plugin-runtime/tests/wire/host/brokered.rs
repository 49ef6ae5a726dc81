//! A brokered service: storage and a system view on a socket of their own.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use parking_lot::Mutex;
use plugin_proto::pb::storage_server::StorageServer;
use plugin_proto::pb::system_view_server::SystemViewServer;
use rustls::ServerConfig;
use tokio::net::UnixListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use super::storage::HostStorage;
use super::view::HostView;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The names that a plugin gave its peer at its last call: for TLS and in the call's address.
type Names = Arc<Mutex<(Option<String>, Option<String>)>>;

/// Served until dropped.
pub(crate) struct Brokered {
    pub(crate) address: String,
    pub(crate) storage: Arc<HostStorage>,
    pub(crate) view: Arc<HostView>,
    accepted: Arc<AtomicUsize>,
    names: Names,
    tasks: Arc<Mutex<Vec<AbortHandle>>>,
    listening: AbortHandle,
}

impl Brokered {
    pub(crate) fn listen(directory: &Path, config: ServerConfig) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("host{number}"));
        let listener = UnixListener::bind(&path).expect("a socket");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (storage, view) = (Arc::<HostStorage>::default(), Arc::<HostView>::default());
        let accepted = Arc::<AtomicUsize>::default();
        let tasks = Arc::<Mutex<Vec<AbortHandle>>>::default();
        let names = Names::default();
        let listening = tokio::spawn({
            let names = Arc::clone(&names);
            let (storage, view) = (Arc::clone(&storage), Arc::clone(&view));
            let (accepted, tasks) = (Arc::clone(&accepted), Arc::clone(&tasks));
            async move {
                loop {
                    let (socket, _) = listener.accept().await.expect("a connection");
                    accepted.fetch_add(1, Ordering::SeqCst);
                    let connection = serve(
                        socket,
                        acceptor.clone(),
                        Arc::clone(&storage),
                        Arc::clone(&view),
                        Arc::clone(&names),
                    );
                    tasks.lock().push(tokio::spawn(connection).abort_handle());
                }
            }
        });
        Self {
            address: path.to_str().expect("a path in text").to_owned(),
            storage,
            view,
            accepted,
            names,
            tasks,
            listening: listening.abort_handle(),
        }
    }

    /// Returns how many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Returns the name that TLS asked for, and that of the last call's address.
    pub(crate) fn names(&self) -> (Option<String>, Option<String>) {
        self.names.lock().clone()
    }

    /// Closes the open connections; new ones are accepted.
    pub(crate) fn cut(&self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
    }
}

impl Drop for Brokered {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

async fn serve(
    socket: tokio::net::UnixStream,
    acceptor: TlsAcceptor,
    storage: Arc<HostStorage>,
    view: Arc<HostView>,
    names: Names,
) {
    let Ok(stream) = acceptor.accept(socket).await else { return };
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "ALPN");
    names.lock().0 = stream.get_ref().1.server_name().map(str::to_owned);
    let storage = StorageServer::from_arc(storage)
        .max_decoding_message_size(usize::MAX)
        .max_encoding_message_size(usize::MAX);
    let view = SystemViewServer::from_arc(view);
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (mut storage, mut view) = (storage.clone(), view.clone());
        names.lock().1 = request.uri().authority().map(ToString::to_string);
        async move {
            if request.uri().path().starts_with("/pb.Storage/") {
                storage.call(request).await
            } else {
                view.call(request).await
            }
        }
    });
    let builder = http2::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

//! What a mount can call: storage, system view and events behind one brokered connection.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use plugin_proto::pb::events_server::{self, EventsServer};
use plugin_proto::pb::storage_server::{self, StorageServer};
use plugin_proto::pb::system_view_server::{self, SystemViewServer};
use tonic::Status;
use tonic::body::Body;
use tower::Service;

use crate::Clock;
use crate::events::EventsService;
use crate::storage::{MountState, MountStorage, StorageService, Store};
use crate::system_view::{MountSystemView, SystemSettings, SystemViewService};
use crate::wrapping::Wrappings;
use plugin_runtime::__private::rpc::MOST_BYTES;
use plugin_runtime::__private::transport::Received;
use plugin_runtime::ReplicationState;

/// The services of one mount. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MountServices {
    storage: Option<StorageServer<StorageService>>,
    system_view: Option<SystemViewServer<SystemViewService>>,
    events: Option<EventsServer<EventsService>>,
}

impl MountServices {
    pub(crate) fn new(
        storage: MountStorage,
        system_view: MountSystemView,
        events: Option<EventsService>,
        largest_message: usize,
    ) -> Self {
        Self {
            storage: Some(
                StorageServer::new(StorageService::new(storage))
                    .max_decoding_message_size(largest_message)
                    .max_encoding_message_size(MOST_BYTES),
            ),
            system_view: Some(
                SystemViewServer::new(SystemViewService::new(system_view))
                    .max_decoding_message_size(largest_message)
                    .max_encoding_message_size(MOST_BYTES),
            ),
            events: events.map(EventsServer::new),
        }
    }

    /// Returns what a server offers to a plugin that it only asks for its type and version:
    /// nothing.
    pub(crate) fn of_probe() -> Self {
        Self { storage: None, system_view: None, events: None }
    }

    /// Returns what a server offers to a process of protocol 3 or 4 that only says what it is:
    /// storage that keeps nothing, and a system view of zeros.
    pub(crate) fn of_metadata() -> Self {
        let storage = Store::like_vault().mount("");
        storage.set_state(MountState::Metadata);
        let settings = SystemSettings::default();
        settings.change(|values| {
            values.default_lease_ttl = Duration::ZERO;
            values.max_lease_ttl = Duration::ZERO;
            values.replication_state = ReplicationState::from_bits(0);
        });
        let view = MountSystemView::new(settings, Wrappings::new(Clock::new()));
        Self::new(storage, view, None, MOST_BYTES)
    }
}

impl fmt::Debug for MountServices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MountServices").finish_non_exhaustive()
    }
}

impl Service<Request<Received>> for MountServices {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Received>) -> Self::Future {
        let service = request.uri().path().trim_start_matches('/').split('/').next();
        let refusal = match service.unwrap_or_default() {
            storage_server::SERVICE_NAME => match &mut self.storage {
                Some(service) => return service.call(request),
                None => Status::unknown("missing storage implementation"),
            },
            system_view_server::SERVICE_NAME => match &mut self.system_view {
                Some(service) => return service.call(request),
                None => Status::unknown("missing system view implementation"),
            },
            events_server::SERVICE_NAME => match &mut self.events {
                Some(service) => return service.call(request),
                None => Status::unimplemented("unknown service"),
            },
            _ => Status::unimplemented("unknown service"),
        };
        Box::pin(std::future::ready(Ok(refusal.into_http())))
    }
}

//! A mount of a backend that runs in this process, without sockets.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use plugin_proto::pb;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::InstanceError;
use super::mounted_backend::{Deadline, MountedBackend};
use plugin_runtime::__private::rpc::{guarded, guarded_sync, timed};
use plugin_runtime::__private::standby;
use plugin_runtime::__private::wire::{error_to_wire, reply_to_wire, request_from_wire};
use plugin_runtime::{
    Backend, BackendType, Error, Initialize, IntoBackend, Mount, SpecialPaths, Storage, SystemView,
};

/// What a mount in this process is made with.
pub(super) struct Surroundings {
    pub(super) mount: Mount,
    pub(super) storage: Storage,
    pub(super) system_view: SystemView,
    /// Cancelled when the mount shall die as if its process were killed.
    pub(super) killed: CancellationToken,
}

type Make = dyn Fn(Surroundings) -> Result<Arc<dyn MountedBackend>, InstanceError> + Send + Sync;

/// A plugin that is built into this process: its type and the way to make a mount of it.
pub(super) struct Builtin {
    pub(super) kind: BackendType,
    make: Box<Make>,
}

impl Builtin {
    pub(super) fn new<F, R>(kind: BackendType, factory: F) -> Self
    where
        F: Fn(Mount) -> R + Send + Sync + 'static,
        R: IntoBackend,
    {
        let make = move |given: Surroundings| -> Result<Arc<dyn MountedBackend>, InstanceError> {
            let backend = guarded_sync(|| factory(given.mount).into_backend())
                .map_err(|error| InstanceError::Setup(error.to_string()))?;
            guarded_sync(|| {
                backend.special_paths().check().map_err(|error| Error::new(error.to_string()))
            })
            .map_err(|error| InstanceError::Setup(error.to_string()))?;
            Ok(Arc::new(InProcess {
                backend,
                storage: given.storage,
                system_view: given.system_view,
                killed: given.killed,
            }))
        };
        Self { kind, make: Box::new(make) }
    }

    pub(super) fn make(
        &self,
        given: Surroundings,
    ) -> Result<Arc<dyn MountedBackend>, InstanceError> {
        (self.make)(given)
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builtin").field("kind", &self.kind).finish_non_exhaustive()
    }
}

struct InProcess<B> {
    backend: B,
    storage: Storage,
    system_view: SystemView,
    killed: CancellationToken,
}

impl<B> InProcess<B> {
    /// Waits for the answer until the deadline, unless the mount is killed first.
    async fn alive<T>(
        &self,
        deadline: Option<Instant>,
        answer: impl Future<Output = T>,
    ) -> Result<T, InstanceError> {
        if self.killed.is_cancelled() {
            return Err(InstanceError::Gone);
        }
        let answer = timed(deadline, answer.map(|answer| Ok(tonic::Response::new(answer))));
        tokio::select! {
            biased;
            () = self.killed.cancelled() => Err(InstanceError::Gone),
            answer = answer => answer.map_err(|status: Status| match status.code() {
                Code::DeadlineExceeded => InstanceError::Status {
                    code: Code::DeadlineExceeded,
                    message: "context deadline exceeded".to_owned(),
                },
                _ => status.into(),
            }),
        }
    }
}

impl<B> fmt::Debug for InProcess<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

impl<B: Backend> MountedBackend for InProcess<B> {
    fn kind(&self) -> BoxFuture<'_, Result<BackendType, InstanceError>> {
        self.alive(None, async { self.backend.kind() }).boxed()
    }

    fn special_paths(&self) -> BoxFuture<'_, Result<SpecialPaths, InstanceError>> {
        self.alive(None, async { self.backend.special_paths() }).boxed()
    }

    fn initialize(
        &self,
        deadline: Option<Instant>,
    ) -> BoxFuture<'_, Result<pb::InitializeReply, InstanceError>> {
        let view = self.system_view.clone().until(deadline);
        let mut start = Initialize::new(self.storage.clone().until(deadline));
        start.system_view = view.clone();
        let answer = async move {
            let outcome = guarded(self.backend.initialize(start)).await;
            let outcome = standby::initialized(outcome, &view).await;
            pb::InitializeReply { err: outcome.err().map(|error| error_to_wire(&error)) }
        };
        self.alive(deadline, answer).boxed()
    }

    fn handle_request(
        &self,
        request: pb::Request,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleRequestReply, InstanceError>> {
        let heard = deadline.heard();
        let request = request_from_wire(request, &self.storage, &self.system_view, heard);
        let operation = request.operation;
        let answer = guarded(self.backend.handle(request))
            .map(move |result| reply_to_wire(operation, result));
        self.alive(Some(deadline.at()), answer).boxed()
    }

    fn existence_check(
        &self,
        request: pb::Request,
        deadline: Deadline,
    ) -> BoxFuture<'_, Result<pb::HandleExistenceCheckReply, InstanceError>> {
        let heard = deadline.heard();
        let request = request_from_wire(request, &self.storage, &self.system_view, heard);
        let answer = async move {
            match guarded(self.backend.exists(&request)).await {
                Ok(exists) => pb::HandleExistenceCheckReply {
                    check_found: exists.is_some(),
                    exists: exists.unwrap_or_default(),
                    err: None,
                },
                Err(error) => pb::HandleExistenceCheckReply {
                    err: Some(error_to_wire(&error)),
                    ..Default::default()
                },
            }
        };
        self.alive(Some(deadline.at()), answer).boxed()
    }

    fn invalidate_key(&self, key: String) -> BoxFuture<'_, Result<(), InstanceError>> {
        self.alive(None, async move { self.backend.invalidate(&key).await }).boxed()
    }

    fn cleanup(&self) -> BoxFuture<'_, ()> {
        self.alive(None, self.backend.cleanup()).map(drop).boxed()
    }
}

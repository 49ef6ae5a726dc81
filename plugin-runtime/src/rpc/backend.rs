//! `pb.Backend`: the calls of a server to its mounts.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use plugin_proto::pb;
use tokio::sync::oneshot;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, async_trait};

use super::instances::Instance;
use super::metadata::deadline;
use super::unwind::{guarded, guarded_sync};
use super::{Instances, Serving};
use crate::logical::error::chain;
use crate::standby;
use crate::wire::{error_to_wire, reply_to_wire, request_from_wire};
use crate::{Backend, BackendType, Error, Initialize, Operation};

#[derive(Debug)]
pub(super) struct BackendService<B> {
    pub(super) instances: Instances<B>,
    pub(super) serving: Serving,
}

type GrpcResult<T> = Result<Response<T>, Status>;

impl<B: Backend> BackendService<B> {
    fn instance(&self, metadata: &MetadataMap) -> Result<Arc<Instance<B>>, Status> {
        self.instances.of(self.serving.instance(metadata)?)
    }

    /// Returns the instance of a call that is more than a question about the plugin.
    fn instance_at_work(&self, metadata: &MetadataMap) -> Result<Arc<Instance<B>>, Status> {
        self.serving.requests()?;
        self.instance(metadata)
    }

    fn reply(
        &self,
        operation: Operation,
        result: Result<Option<crate::Response>, Error>,
    ) -> Response<pb::HandleRequestReply> {
        let mut reply = reply_to_wire(operation, result);
        reply.err = self.serving.readable(reply.err);
        Response::new(reply)
    }
}

#[async_trait]
impl<B: Backend> pb::backend_server::Backend for BackendService<B> {
    async fn handle_request(
        &self,
        request: Request<pb::HandleRequestArgs>,
    ) -> GrpcResult<pb::HandleRequestReply> {
        let instance = self.instance_at_work(request.metadata())?;
        let deadline = deadline(request.metadata());
        let request = request.into_inner().request.ok_or_else(no_request)?;
        let request =
            request_from_wire(*request, &instance.storage, &instance.system_view, deadline);
        let operation = request.operation;
        let _admitted = match instance.admission.admit(operation) {
            Ok(admitted) => admitted,
            Err(error) => return Ok(self.reply(operation, Err(error))),
        };
        // Boxed here: otherwise each enclosing future would be moved with it inside.
        let handling = Box::pin(guarded(instance.backend.handle(request)));
        let result = in_time(deadline, handling).await?;
        if let Err(error) = &result {
            log(operation, error);
        }
        Ok(self.reply(operation, result))
    }

    async fn handle_existence_check(
        &self,
        request: Request<pb::HandleExistenceCheckArgs>,
    ) -> GrpcResult<pb::HandleExistenceCheckReply> {
        let instance = self.instance_at_work(request.metadata())?;
        let deadline = deadline(request.metadata());
        let request = request.into_inner().request.ok_or_else(no_request)?;
        let request =
            request_from_wire(*request, &instance.storage, &instance.system_view, deadline);
        let reply = match in_time(deadline, guarded(instance.backend.exists(&request))).await? {
            Ok(exists) => pb::HandleExistenceCheckReply {
                check_found: exists.is_some(),
                exists: exists.unwrap_or_default(),
                err: None,
            },
            Err(error) => {
                log(request.operation, &error);
                pb::HandleExistenceCheckReply {
                    err: self.serving.readable(Some(error_to_wire(&error))),
                    ..Default::default()
                }
            }
        };
        Ok(Response::new(reply))
    }

    async fn special_paths(
        &self,
        request: Request<pb::Empty>,
    ) -> GrpcResult<pb::SpecialPathsReply> {
        let instance = self.instance(request.metadata())?;
        let paths = guarded_sync(|| Ok(instance.backend.special_paths()))
            .map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(pb::SpecialPathsReply {
            paths: Some(pb::Paths {
                root: paths.root,
                unauthenticated: paths.unauthenticated,
                local_storage: paths.local_storage,
                seal_wrap_storage: paths.seal_wrap_storage,
                write_forwarded_storage: paths.write_forwarded_storage,
                binary: paths.binary,
                limited: paths.limited,
                allow_snapshot_read: paths.allow_snapshot_read,
            }),
        }))
    }

    async fn cleanup(&self, request: Request<pb::Empty>) -> GrpcResult<pb::Empty> {
        self.instances.clean_up(self.serving.instance(request.metadata())?).await;
        self.serving.cleaned_up();
        Ok(Response::new(pb::Empty {}))
    }

    async fn invalidate_key(
        &self,
        request: Request<pb::InvalidateKeyArgs>,
    ) -> GrpcResult<pb::Empty> {
        let instance = self.instance_at_work(request.metadata())?;
        let for_hook = Arc::clone(&instance);
        let hook = move |key: String| {
            let instance = Arc::clone(&for_hook);
            guarded(async move {
                instance.backend.invalidate(&key).await;
                Ok(())
            })
        };
        instance.invalidations.run(request.into_inner().key, hook).await?;
        Ok(Response::new(pb::Empty {}))
    }

    async fn setup(&self, request: Request<pb::SetupArgs>) -> GrpcResult<pb::SetupReply> {
        let id = self.serving.instance(request.metadata())?.to_owned();
        let err = match self.instances.set_up(&id, request.into_inner()).await {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        Ok(Response::new(pb::SetupReply { err }))
    }

    async fn initialize(
        &self,
        request: Request<pb::InitializeArgs>,
    ) -> GrpcResult<pb::InitializeReply> {
        let instance = self.instance_at_work(request.metadata())?;
        let deadline = deadline(request.metadata());
        let start = Initialize {
            storage: instance.storage.clone().until(deadline),
            system_view: instance.system_view.clone().until(deadline),
        };
        // Runs to its end even if the client of the call hangs up: the server keeps the mount and
        // does not initialize it again.
        let (answer, answered) = oneshot::channel();
        let at_work = Arc::clone(&instance);
        instance.lasting.start(async move {
            let view = start.system_view.clone();
            let outcome = guarded(at_work.backend.initialize(start)).await;
            let outcome = standby::initialized(outcome, &view).await;
            if let Err(Err(error)) = answer.send(outcome) {
                tracing::error!(
                    error = %chain(&error),
                    "initialization failed after the server had stopped waiting for it"
                );
            }
        });
        let result = in_time(deadline, answered).await?.map_err(|_| cleaned_up())?;
        let err = self.serving.readable(result.err().map(|error| error_to_wire(&error)));
        Ok(Response::new(pb::InitializeReply { err }))
    }

    async fn r#type(&self, request: Request<pb::Empty>) -> GrpcResult<pb::TypeReply> {
        let instance = self.instance(request.metadata())?;
        let kind = guarded_sync(|| Ok(instance.backend.kind()))
            .map_err(|error| Status::internal(error.to_string()))?;
        let number = match kind {
            BackendType::Secrets => 1,
            BackendType::Auth => 2,
        };
        Ok(Response::new(pb::TypeReply { r#type: number }))
    }
}

/// Returns the answer, unless the server has stopped waiting for it.
async fn in_time<T>(
    deadline: Option<Instant>,
    answer: impl Future<Output = T>,
) -> Result<T, Status> {
    match deadline {
        None => Ok(answer.await),
        Some(deadline) => tokio::time::timeout_at(deadline.into(), answer)
            .await
            .map_err(|_| Status::deadline_exceeded("context deadline exceeded")),
    }
}

/// Logs the part of an error that its caller does not see.
fn log(operation: Operation, error: &Error) {
    if std::error::Error::source(error).is_some() {
        tracing::warn!(%operation, error = %chain(error), "request failed");
    }
}

fn cleaned_up() -> Status {
    Status::unavailable("the mount was cleaned up before it was initialized")
}

fn no_request() -> Status {
    Status::invalid_argument("no request")
}

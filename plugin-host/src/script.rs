//! A mount that answers what a test wrote down beforehand.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use plugin_proto::pb;
use prost_types::Timestamp;

use super::lease::LeaseCalls;
use super::mounted_backend::InstanceError;
use plugin_runtime::__private::wire::duration_to_wire;
use plugin_runtime::framework::TtlLimits;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const HOUR: Duration = Duration::from_secs(3600);

pub(super) const LIMITS: TtlLimits =
    TtlLimits { default: Duration::from_secs(3600), max: Duration::from_secs(10 * 3600) };

pub(super) type Reply = Result<pb::HandleRequestReply, InstanceError>;

/// Answers the replies in their order, then nothing.
#[derive(Default)]
pub(super) struct Script {
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<pb::Request>>,
    gone: bool,
}

impl Script {
    pub(super) fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { replies: Mutex::new(replies.into_iter().collect()), ..Self::default() }
    }

    /// Creates the view of a mount that was disabled.
    pub(super) fn gone() -> Self {
        Self { gone: true, ..Self::default() }
    }

    pub(super) fn requests(&self) -> Vec<pb::Request> {
        self.requests.lock().clone()
    }
}

impl LeaseCalls for Script {
    fn call<'a>(&'a self, mount: &'a str, request: pb::Request) -> BoxFuture<'a, Reply> {
        assert_eq!(mount, request.mount_point);
        self.requests.lock().push(request);
        let reply = self.replies.lock().pop_front().unwrap_or_else(|| Ok(Default::default()));
        async move { reply }.boxed()
    }

    fn ttl_limits(&self, _mount: &str) -> Option<TtlLimits> {
        (!self.gone).then_some(LIMITS)
    }
}

pub(super) fn response(response: pb::Response) -> Reply {
    Ok(pb::HandleRequestReply { response: Some(Box::new(response)), err: None })
}

/// Creates a response with nothing but data.
pub(super) fn data(text: &'static str) -> pb::Response {
    pb::Response { data: text.into(), ..pb::Response::default() }
}

pub(super) fn failure(err_type: u32, text: &str) -> Reply {
    let err = pb::ProtoError { err_type, err_msg: text.to_owned(), err_code: 0 };
    Ok(pb::HandleRequestReply { response: None, err: Some(err) })
}

pub(super) fn terms(ttl: Duration, max_ttl: Duration) -> pb::LeaseOptions {
    pb::LeaseOptions {
        ttl: duration_to_wire(ttl),
        max_ttl: duration_to_wire(max_ttl),
        renewable: true,
        issue_time: Some(Timestamp { seconds: -62_135_596_800, nanos: 0 }),
        increment: 0,
    }
}

pub(super) fn secret(ttl: Duration, max_ttl: Duration) -> pb::Secret {
    pb::Secret {
        lease_options: Some(terms(ttl, max_ttl)),
        internal_data: r#"{"secret_type":"planted-internal"}"#.into(),
        lease_id: String::new(),
    }
}

/// Truncates a time to whole seconds, as tests of whole seconds want it.
pub(super) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

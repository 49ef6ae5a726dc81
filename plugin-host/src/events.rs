//! Events that plugins send, which Vault passes on to subscribers.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use plugin_proto::logical::EventData;
use plugin_proto::pb;
use plugin_proto::pb::events_server::Events as EventsRpc;
use prost::Message as _;
use tonic::{Request, Response, Status, async_trait};

/// How many events are kept. The oldest goes first.
const MOST_KEPT: usize = 4096;

/// One event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The mount that sent it, by its UUID.
    pub mount: String,
    /// Its type, such as `kv-v2/data-write`.
    pub event_type: String,
    /// What there is to tell.
    pub data: EventData,
}

/// How many bytes they may have together.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The last events of every mount. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Events {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Event>,
    bytes: usize,
}

impl Kept {
    fn add(&mut self, event: Event) {
        self.bytes += size(&event);
        self.events.push_back(event);
        while self.events.len() > MOST_KEPT || self.bytes > MOST_BYTES {
            match self.events.pop_front() {
                Some(oldest) => self.bytes -= size(&oldest),
                None => break,
            }
        }
    }
}

fn size(event: &Event) -> usize {
    event.event_type.len() + event.data.encoded_len()
}

impl Events {
    /// Returns the last 4096 events, or the last 16 MiB of them, oldest first.
    pub fn all(&self) -> Vec<Event> {
        self.kept.lock().events.iter().cloned().collect()
    }

    pub(super) fn service(&self, mount: &str) -> EventsService {
        EventsService { events: self.clone(), mount: mount.into() }
    }
}

/// The service of one mount.
#[derive(Clone, Debug)]
pub(super) struct EventsService {
    events: Events,
    mount: Arc<str>,
}

#[async_trait]
impl EventsRpc for EventsService {
    async fn send_event(
        &self,
        request: Request<pb::SendEventRequest>,
    ) -> Result<Response<pb::Empty>, Status> {
        let request = request.into_inner();
        let event = Event {
            mount: self.mount.to_string(),
            event_type: request.event_type,
            data: request.event.unwrap_or_default(),
        };
        self.events.kept.lock().add(event);
        Ok(Response::new(pb::Empty {}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_events_are_kept_up_to_a_bound() {
        let mut kept = Kept::default();
        for number in 0..20 {
            let data = EventData { id: "x".repeat(1024 * 1024), ..EventData::default() };
            kept.add(Event { mount: "m".to_owned(), event_type: number.to_string(), data });
        }
        assert_eq!(kept.events.len(), 15, "those that fit into 16 MiB with what is around them");
        assert_eq!(kept.events.back().unwrap().event_type, "19");
    }

    #[tokio::test]
    async fn events_are_kept_with_their_mount() {
        let events = Events::default();
        let service = events.service("m");
        for _ in 0..=MOST_KEPT {
            let event_type = "kv/write".to_owned();
            let request = pb::SendEventRequest { event_type, event: None };
            service.send_event(Request::new(request)).await.unwrap();
        }
        let all = events.all();
        assert_eq!(all.len(), MOST_KEPT);
        assert_eq!((all[0].mount.as_str(), all[0].event_type.as_str()), ("m", "kv/write"));
    }
}

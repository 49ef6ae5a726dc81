//! Properties that hold for messages with arbitrary numbers and texts.

use plugin_proto::pb;
use proptest::collection::vec;
use proptest::prelude::*;
use prost_types::Timestamp;

use super::auth::{auth_from_wire, auth_to_wire};
use super::lease::{lease_from_wire, lease_to_wire, secret_from_wire, secret_to_wire};
use super::{reply_to_wire, request_from_wire, time_from_wire};
use crate::{Response, Storage, SystemView};

/// Generates any number, often an extreme one.
fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX),
        Just(-62_135_596_800),
        Just(253_402_300_799),
        -2..3_i64,
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (number(), any::<i32>()).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos })
}

prop_compose! {
    fn lease()(
        ttl in number(), renewable: bool, increment in number(), max_ttl in number(),
        issue_time in proptest::option::of(time()),
    ) -> pb::LeaseOptions {
        pb::LeaseOptions { ttl, renewable, increment, issue_time, max_ttl }
    }
}

prop_compose! {
    fn secret()(lease in proptest::option::of(lease()), data: Vec<u8>, id: String) -> pb::Secret {
        pb::Secret { lease_options: lease, internal_data: data.into(), lease_id: id }
    }
}

prop_compose! {
    fn auth()(
        lease in proptest::option::of(lease()), data: Vec<u8>, period in number(),
        num_uses in number(), explicit_max_ttl in number(), token_type: u32,
        bound_cidrs in vec("[0-9a-f:./]{0,12}", 0..3),
    ) -> pb::Auth {
        pb::Auth {
            lease_options: lease,
            internal_data: data.into(),
            period,
            num_uses,
            explicit_max_ttl,
            token_type,
            bound_cidrs,
            ..Default::default()
        }
    }
}

proptest! {
    #[test]
    fn times_and_leases_settle_after_one_trip(lease in lease()) {
        let once = lease_to_wire(&lease_from_wire(Some(lease)));
        let twice = lease_to_wire(&lease_from_wire(Some(once)));
        prop_assert_eq!(once, twice);
        prop_assert!(once.ttl >= 0 && once.max_ttl >= 0 && once.increment >= 0);
    }

    #[test]
    fn times_of_the_wire_are_times_or_nothing(time in time()) {
        if let Some(read) = time_from_wire(Some(time)) {
            prop_assert_eq!(time_from_wire(Some(Timestamp::from(read))), Some(read));
        }
    }

    #[test]
    fn secrets_and_logins_settle_after_one_trip(secret in secret(), auth in auth()) {
        let once = secret_to_wire(secret_from_wire(secret));
        prop_assert_eq!(secret_to_wire(secret_from_wire(once.clone())), once);
        let once = auth_to_wire(auth_from_wire(auth));
        prop_assert_eq!(auth_to_wire(auth_from_wire(once.clone())), once);
    }

    #[test]
    fn any_request_gets_a_reply(
        secret in proptest::option::of(secret()), auth in proptest::option::of(auth()),
        operation in "[a-z-]{0,16}", path: String, data: Vec<u8>, ttl in number(), port: i32,
    ) {
        let wire = pb::Request {
            operation,
            path,
            data: data.into(),
            secret,
            auth,
            wrap_info: Some(pb::RequestWrapInfo { ttl, ..Default::default() }),
            connection: Some(pb::Connection { remote_port: port, ..Default::default() }),
            ..Default::default()
        };
        let request =
            request_from_wire(wire, &Storage::in_memory(), &SystemView::unavailable(), None);
        let _ = (format!("{request:?}"), request.data.field_count());
        let answer = Response::from_data(request.data).map(Some);
        let failed = answer.is_err();
        let reply = reply_to_wire(request.operation, answer);
        prop_assert!(!failed || reply.err.is_some() || is_refusal(&reply));
    }
}

/// Returns whether the caller learns about a mistake.
fn is_refusal(reply: &pb::HandleRequestReply) -> bool {
    reply.response.as_ref().is_some_and(|response| response.data.starts_with(b"{\"error\""))
}

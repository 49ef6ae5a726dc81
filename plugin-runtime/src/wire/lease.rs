//! Durations, times and leases. On the wire, a duration is a number of nanoseconds.

use std::time::{Duration, SystemTime};

use plugin_proto::pb;
use prost_types::Timestamp;

use crate::{Lease, Secret};

/// Go's zero time. Go peers refuse a lease without an issue time.
const GO_ZERO_TIME: Timestamp = Timestamp { seconds: -62_135_596_800, nanos: 0 };

/// Converts to nanoseconds; durations over 292 years become the longest one that the wire can
/// carry.
pub fn duration_to_wire(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// Converts from nanoseconds; a negative duration, which no server means, becomes zero.
pub fn duration_from_wire(nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

/// Converts to whole seconds, which a few durations have on the wire.
pub fn seconds_to_wire(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Converts a time; `None` for a missing time, Go's zero time and times out of range.
pub(crate) fn time_from_wire(time: Option<Timestamp>) -> Option<SystemTime> {
    time.filter(|time| *time != GO_ZERO_TIME).and_then(|time| SystemTime::try_from(time).ok())
}

pub(super) fn lease_to_wire(lease: &Lease) -> pb::LeaseOptions {
    pb::LeaseOptions {
        ttl: duration_to_wire(lease.ttl),
        renewable: lease.renewable,
        increment: duration_to_wire(lease.increment),
        issue_time: Some(lease.issue_time.map_or(GO_ZERO_TIME, Timestamp::from)),
        max_ttl: duration_to_wire(lease.max_ttl),
    }
}

pub(super) fn lease_from_wire(lease: Option<pb::LeaseOptions>) -> Lease {
    let Some(lease) = lease else { return Lease::default() };
    Lease {
        ttl: duration_from_wire(lease.ttl),
        max_ttl: duration_from_wire(lease.max_ttl),
        renewable: lease.renewable,
        increment: duration_from_wire(lease.increment),
        issue_time: time_from_wire(lease.issue_time),
    }
}

pub(super) fn secret_to_wire(secret: Secret) -> pb::Secret {
    pb::Secret {
        lease_options: Some(lease_to_wire(&secret.lease)),
        internal_data: secret.internal_data.into_wire(),
        lease_id: secret.lease_id,
    }
}

pub(super) fn secret_from_wire(secret: pb::Secret) -> Secret {
    Secret {
        lease: lease_from_wire(secret.lease_options),
        internal_data: crate::Data::from_wire(secret.internal_data),
        lease_id: secret.lease_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_always_has_a_time_of_issue_on_the_wire() {
        assert_eq!(lease_to_wire(&Lease::default()).issue_time, Some(GO_ZERO_TIME));
        let lease = Lease {
            ttl: Duration::from_millis(1500),
            max_ttl: Duration::from_secs(3600),
            renewable: true,
            increment: Duration::from_secs(5),
            issue_time: Some(
                SystemTime::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_000_000_001),
            ),
        };
        assert_eq!(lease_from_wire(Some(lease_to_wire(&lease))), lease);
        assert_eq!(lease_from_wire(Some(lease_to_wire(&Lease::default()))), Lease::default());
        assert_eq!(lease_from_wire(None), Lease::default());
    }

    #[test]
    fn durations_saturate() {
        assert_eq!(duration_to_wire(Duration::MAX), i64::MAX);
        assert_eq!(duration_from_wire(-1), Duration::ZERO);
        assert_eq!(seconds_to_wire(Duration::from_millis(1999)), 1);
    }

    #[test]
    fn times_out_of_range_are_no_times() {
        let time = Timestamp { seconds: i64::MIN, nanos: i32::MIN };
        assert_eq!(time_from_wire(Some(time)), None);
    }
}

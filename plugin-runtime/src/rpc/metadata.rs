//! The metadata of a call: its instance and its deadline.

use std::time::{Duration, Instant};

use tonic::Status;
use tonic::metadata::MetadataMap;

/// The key under which a server names the instance, that is, the mount of a call.
pub const MULTIPLEX_ID: &str = "multiplex_id";

/// Returns the instance of a call; if there is none, fails with the texts of the Go implementation.
pub(super) fn instance_id(metadata: &MetadataMap) -> Result<&str, Status> {
    let mut ids = metadata.get_all(MULTIPLEX_ID).iter();
    let id = ids.next().ok_or_else(|| Status::unknown("no multiplexing ID found"))?;
    let others = ids.count();
    if others > 0 {
        let count = others + 1;
        return Err(Status::unknown(format!("unexpected number of IDs in metadata: ({count})")));
    }
    match id.to_str() {
        Ok("") => Err(Status::unknown("empty multiplex ID in metadata")),
        Ok(id) => Ok(id),
        Err(_) => Err(Status::unknown("the multiplex ID in metadata is not text")),
    }
}

/// Returns when the caller stops waiting, from gRPC's own header. An invalid header is ignored.
pub fn deadline(metadata: &MetadataMap) -> Option<Instant> {
    let timeout = metadata.get("grpc-timeout")?.to_str().ok().and_then(timeout)?;
    Instant::now().checked_add(timeout)
}

/// Parses gRPC's format: at most eight digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_by_grpcs_rules() {
        for (text, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("90S", Some(Duration::from_secs(90))),
            ("89999m", Some(Duration::from_millis(89999))),
            ("99999999u", Some(Duration::from_micros(99_999_999))),
            ("5n", Some(Duration::from_nanos(5))),
            ("100000000n", None),
            ("S", None),
            ("", None),
            ("1", None),
            ("-1S", None),
            ("1é", None),
        ] {
            assert_eq!(timeout(text), expected, "{text}");
        }
    }

    #[test]
    fn exactly_one_id_names_an_instance() {
        let mut metadata = MetadataMap::new();
        let text = |metadata: &MetadataMap| instance_id(metadata).unwrap_err().message().to_owned();
        assert_eq!(text(&metadata), "no multiplexing ID found");
        metadata.insert(MULTIPLEX_ID, "".parse().unwrap());
        assert_eq!(text(&metadata), "empty multiplex ID in metadata");
        metadata.insert(MULTIPLEX_ID, "abc".parse().unwrap());
        assert_eq!(instance_id(&metadata).unwrap(), "abc");
        metadata.append(MULTIPLEX_ID, "def".parse().unwrap());
        assert_eq!(text(&metadata), "unexpected number of IDs in metadata: (2)");
    }
}

//! Every message against bytes that are put together here, from the servers' published field
//! numbers, without prost and without this crate's `.proto` files.

mod database;
mod field;
mod identity;
mod plugin;
mod request;
mod sample;
mod storage;
mod system_view;
mod well_known;

use plugin_proto::pb;
use prost::Message;

use crate::field::Encoding;

/// Servers add fields from time to time; a plugin built before has to go on working.
#[test]
fn unknown_fields_of_newer_servers_are_skipped() {
    let mut bytes = field::text(1, "the id").1;
    bytes.extend(field::text(999, "what no version knows yet").1);
    bytes.extend(field::text(4, "the path").1);
    let request = pb::Request::decode(bytes.as_slice()).expect("a message with an unknown field");
    assert_eq!((request.id.as_str(), request.path.as_str()), ("the id", "the path"));
}

#[test]
fn json_fields_take_bytes_that_are_not_utf8_and_leave_the_check_to_the_parser() {
    let bytes: Encoding = field::blob(5, b"{\"a\":\"\xff\"}").1;
    let request = pb::Request::decode(bytes.as_slice()).expect("a message with bad JSON inside");
    assert_eq!(&request.data[..], b"{\"a\":\"\xff\"}");
}

#[test]
fn decoded_json_and_storage_values_point_into_the_buffer_they_came_in() {
    let reply = pb::StorageGetReply {
        entry: Some(pb::StorageEntry { value: vec![7; 4096].into(), ..Default::default() }),
        err: String::new(),
    };
    let arguments = pb::HandleRequestArgs {
        storage_id: 0,
        request: Some(Box::new(pb::Request {
            data: vec![b'7'; 4096].into(),
            ..Default::default()
        })),
    };

    let source = bytes::Bytes::from(reply.encode_to_vec());
    let decoded = pb::StorageGetReply::decode(source.clone()).expect("a reply");
    assert!(points_into(&decoded.entry.expect("an entry").value, &source));

    let source = bytes::Bytes::from(arguments.encode_to_vec());
    let decoded = pb::HandleRequestArgs::decode(source.clone()).expect("arguments");
    assert!(points_into(&decoded.request.expect("a request").data, &source));
}

fn points_into(part: &bytes::Bytes, whole: &bytes::Bytes) -> bool {
    let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
    whole.start <= part.start && part.end <= whole.end && part.start < part.end
}

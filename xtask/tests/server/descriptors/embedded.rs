//! The descriptors inside a server's executable: Go's generated code carries them, gzipped in older
//! versions, as they are in newer ones.

use std::io::Read as _;

use prost::Message as _;
use prost_types::FileDescriptorProto;

/// How a gzip stream begins that Go's `compress/gzip` wrote: no name, no time.
const GZIP: [u8; 8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0];

/// The tags of a descriptor's first field, its name, and of its last in the files of `proto3`.
const NAME: u8 = 0x0a;
const SYNTAX: u8 = 0x62;

/// More than the largest file has.
const MAX_BYTES: u64 = 1 << 20;

/// Returns every descriptor in a server's executable.
pub(super) fn descriptors(executable: &[u8]) -> Vec<FileDescriptorProto> {
    let mut found = Vec::new();
    for (at, byte) in executable.iter().enumerate() {
        let rest = &executable[at..];
        if rest.starts_with(&GZIP) {
            let mut text = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(rest).take(MAX_BYTES);
            if decoder.read_to_end(&mut text).is_ok() {
                found.extend(FileDescriptorProto::decode(text.as_slice()).ok());
            }
        } else if *byte == NAME
            && let Some(length) = length(rest)
        {
            found.extend(FileDescriptorProto::decode(&rest[..length]).ok());
        }
    }
    found.retain(|file| file.name().ends_with(".proto"));
    found
}

/// Returns the length of the descriptor at the beginning of `bytes`, if there is one.
fn length(bytes: &[u8]) -> Option<usize> {
    let name_length = usize::from(*bytes.get(1)?);
    let name = bytes.get(2..)?.get(..name_length)?;
    if !name.ends_with(b".proto") {
        return None;
    }
    let mut at = 0;
    // Each field but the indices of public imports, which no file here has, has a length.
    loop {
        let tag = *bytes.get(at)?;
        // A file without `syntax`, of an older language, ends where the next one begins.
        if tag == NAME && at > 0 {
            return Some(at);
        }
        if !matches!(tag >> 3, 1..=9 | 12) || tag & 7 != 2 {
            return None;
        }
        let (length, size) = varint(bytes.get(at + 1..)?)?;
        at = at.checked_add(1 + size)?.checked_add(length)?;
        if at > bytes.len() {
            return None;
        }
        if tag == SYNTAX {
            return Some(at);
        }
    }
}

/// Returns a number and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

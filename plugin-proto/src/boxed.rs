//! Messages of calls without their types.
//!
//! tonic's code for a call is generic over its messages, and some 7 kB for each method. The clients and
//! servers here call it with one type each for what is sent and what is received, so that it is
//! compiled once.

use std::fmt;

use bytes::{Buf as _, Bytes};
use prost::{EncodeError, Message};
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

use crate::codec::buffers;

/// A message of any type, to be sent.
pub(crate) struct BoxMessage(Box<dyn Encode + Send + Sync>);

impl BoxMessage {
    /// Puts a message into a box.
    pub(crate) fn new(message: impl Message + 'static) -> Self {
        Self(Box::new(message))
    }
}

impl fmt::Debug for BoxMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxMessage")
    }
}

/// What the encoder needs of a message. `Message` itself is not dyn-compatible.
trait Encode {
    fn encoded_len(&self) -> usize;
    fn encode(&self, buf: &mut EncodeBuf<'_>) -> Result<(), EncodeError>;
}

impl<M: Message> Encode for M {
    fn encoded_len(&self) -> usize {
        Message::encoded_len(self)
    }

    fn encode(&self, buf: &mut EncodeBuf<'_>) -> Result<(), EncodeError> {
        Message::encode(self, buf)
    }
}

/// Decodes a message that [`BoxCodec`] has received.
///
/// # Errors
/// The status that tonic gives for bytes that are not this message.
pub(crate) fn decode<M: Message + Default>(bytes: Bytes) -> Result<M, Status> {
    M::decode(bytes).map_err(|error| Status::internal(error.to_string()))
}

/// Sends messages of any type, and receives their bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BoxCodec;

impl Codec for BoxCodec {
    type Encode = BoxMessage;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for BoxCodec {
    type Item = BoxMessage;
    type Error = Status;

    fn encode(&mut self, message: BoxMessage, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // The buffer grows once, and not by doubling.
        buf.reserve(message.0.encoded_len());
        message.0.encode(buf).map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

impl Decoder for BoxCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buf.copy_to_bytes(buf.remaining())))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

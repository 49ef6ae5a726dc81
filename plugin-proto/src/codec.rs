//! prost's messages for tonic, with buffers of the size that these messages have.

use std::fmt;
use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic_prost::ProstDecoder;

/// The size in bytes of a call's buffers at first, one in each direction. Most messages fit; a
/// larger one gets a buffer of its own size. tonic's default of 8 KiB is allocated four times for
/// a request that reads one storage entry.
const FIRST_BUFFER: usize = 512;

/// From how many bytes on what is encoded of a stream is sent before its next message is. tonic's
/// default.
const YIELD_THRESHOLD: usize = 32 * 1024;

/// Returns the sizes of a call's buffers.
pub(crate) fn buffers() -> BufferSettings {
    BufferSettings::new(FIRST_BUFFER, YIELD_THRESHOLD)
}

/// The codec of the streams of this crate's services: `T` is what is sent, `U` what is received.
pub(crate) struct ProstCodec<T, U>(PhantomData<fn(U) -> T>);

impl<T, U> Clone for ProstCodec<T, U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, U> Copy for ProstCodec<T, U> {}

impl<T, U> Default for ProstCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> fmt::Debug for ProstCodec<T, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProstCodec")
    }
}

impl<T, U> Codec for ProstCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::new(buffers())
    }
}

/// Writes messages of one type.
pub(crate) struct ProstEncoder<T>(PhantomData<T>);

impl<T> fmt::Debug for ProstEncoder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProstEncoder")
    }
}

impl<T: Message> Encoder for ProstEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // The buffer grows once, and not by doubling.
        buf.reserve(message.encoded_len());
        message.encode(buf).map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

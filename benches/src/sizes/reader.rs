//! What is done with a body.

use std::hint::black_box;

use bytes::Bytes;
use futures_util::FutureExt as _;
use plugin_runtime::framework::extract::{Fields, Patch, State};
use plugin_runtime::framework::{Dispatch, Framework, patch, write};
use plugin_runtime::{Data, Error, Operation, Storage};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::shape::Shape;
use crate::mount::Mount;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The work for one body, which tells whether the body was taken.
type Work = Box<dyn FnMut() -> bool>;

/// Makes a body of a shape and a size ready to be read.
pub(super) type Prepare = fn(Shape, usize) -> Result<Work>;

/// Takes a text for data, counts its fields and reads it as a tree.
pub(super) fn data(shape: Shape, size: usize) -> Result<Work> {
    let body = Bytes::from((shape.body)(size));
    Ok(Box::new(move || {
        let data = Data::from_text(black_box(body.clone()));
        black_box(data.is_ok_and(|data| data.field_count().is_ok() && data.parse::<Json>().is_ok()))
    }))
}

/// Reads the fields of a request as a type.
pub(super) fn fields<T>(shape: Shape, size: usize) -> Result<Work>
where
    T: DeserializeOwned + JsonSchema + Send + 'static,
{
    async fn take<T>(Fields(fields): Fields<T>) {
        black_box(&fields);
    }
    let mount = Mount::new(Framework::secrets(()).path("f", write(take::<T>)).build()?);
    let data = Data::from_text((shape.body)(size))?;
    Ok(Box::new(move || mount.handle_now(Operation::Update, "f", &data).is_ok()))
}

/// Changes what is stored by a body of the same shape; each is half of the size.
pub(super) fn changed<T>(shape: Shape, size: usize) -> Result<Work>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    let half = (shape.body)(size / 2);
    patched::<T>(&half, &half)
}

/// Changes an empty object by a body.
pub(super) fn filled<T>(shape: Shape, size: usize) -> Result<Work>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    patched::<T>("{}", &(shape.body)(size))
}

/// Changes one field of what is stored.
pub(super) fn touched<T>(shape: Shape, size: usize) -> Result<Work>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    patched::<T>(&(shape.body)(size), "{\"g\":\"1\"}")
}

fn patched<T>(stored: &str, body: &str) -> Result<Work>
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
{
    async fn change<T>(State(stored): State<T>, patch: Patch<T>) -> std::result::Result<(), Error>
    where
        T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static,
    {
        black_box(patch.apply(&stored)?);
        Ok(())
    }
    let stored: T = serde_json::from_str(stored)?;
    let engine: Dispatch<T> = Framework::secrets(stored).path("p", patch(change::<T>)).build()?;
    let mount = Mount::new(engine);
    let data = Data::from_text(body.to_owned())?;
    Ok(Box::new(move || mount.handle_now(Operation::Patch, "p", &data).is_ok()))
}

/// Writes a storage entry and reads it again.
pub(super) fn entry<T>(shape: Shape, size: usize) -> Result<Work>
where
    T: Serialize + DeserializeOwned + 'static,
{
    let storage = Storage::in_memory();
    let value: T = serde_json::from_str(&(shape.body)(size))?;
    Ok(Box::new(move || {
        let written = storage.put("e", black_box(&value)).now_or_never();
        let read = storage.get::<T>("e").now_or_never();
        written.is_some_and(|written| written.is_ok())
            && read.is_some_and(|read| matches!(black_box(read), Ok(Some(_))))
    }))
}

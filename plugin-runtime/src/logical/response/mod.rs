//! A response, in the forms that a server understands.

mod body;
mod raw;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

pub(crate) use body::{Body, error_data};
pub use raw::RawResponse;

use crate::logical::headers::Headers;
use crate::{Auth, Data, DataError, Error, Secret};

/// The answer of a backend.
///
/// A response has exactly one form: data, keys, an error, a leased secret, a login, a redirect or a
/// raw HTTP answer. Responses that a server would mistake for something else cannot be created.
///
/// ```
/// use plugin_runtime::Response;
///
/// let data = Response::new(&serde_json::json!({ "message": "Hello World" }))?
///     .with_warning("this greeting is deprecated");
/// let keys = Response::keys(["alice", "bob"]);
/// # let _ = (data, keys);
/// # Ok::<(), plugin_runtime::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    body: Body,
    warnings: Vec<String>,
    headers: Headers,
    wrap_ttl: Option<Duration>,
    status: Option<StatusCode>,
}

impl Response {
    /// Creates an answer without content: HTTP 200 with the usual envelope and no data. The answer
    /// `None` gives 204, or 404 for a read.
    pub fn empty() -> Self {
        Self::of(Body::Data(Data::none()))
    }

    /// Creates an answer with the fields of a value that serializes to a JSON object.
    ///
    /// # Errors
    ///
    /// Fails if it becomes something else, or data that a server would misread (see
    /// [`Data::check_response`]).
    pub fn new<T: Serialize + ?Sized>(fields: &T) -> Result<Self, Error> {
        Self::from_data(Data::new(fields).map_err(unanswerable)?)
    }

    /// Creates an answer with the fields of a JSON object.
    ///
    /// # Errors
    ///
    /// Fails if a server would misread it (see [`Data::check_response`]).
    pub fn from_data(data: Data) -> Result<Self, Error> {
        data.check_response().map_err(unanswerable)?;
        Ok(Self::of(Body::Data(data)))
    }

    /// Creates an answer with the fields of a JSON object that is already text, such as one from
    /// storage.
    ///
    /// # Errors
    ///
    /// Fails if it is not an object, or one that a server would misread (see
    /// [`Data::check_response`]).
    pub fn from_text(text: impl Into<Bytes>) -> Result<Self, Error> {
        // Checked in full below, which is enough.
        Self::from_data(Data::from_wire(text.into()))
    }

    /// Creates the answer to a list. If there are no keys, the server answers 404.
    pub fn keys<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self::of(Body::keys(keys.into_iter().map(Into::into).collect()))
    }

    /// Creates the answer to a list, with some facts about each key.
    ///
    /// # Errors
    ///
    /// Fails if the facts cannot be serialized as JSON.
    pub fn keys_with_info<K: Into<String>, T: Serialize>(
        keys: impl IntoIterator<Item = (K, T)>,
    ) -> Result<Self, Error> {
        Body::keys_with_info(keys).map(Self::of).map_err(unanswerable)
    }

    /// Creates an error response with a text for the caller: HTTP 400. [`Error::bad_request`] has
    /// the same effect and works with `?`.
    pub fn error(message: impl Into<String>) -> Self {
        Self::of(Body::Error { message: not_empty(message.into()), data: Data::none() })
    }

    /// Creates an error response with a text and data.
    pub fn error_with_data(message: impl Into<String>, data: Data) -> Self {
        Self::of(Body::Error { message: not_empty(message.into()), data })
    }

    /// Creates an answer with a leased secret and the fields that the caller sees.
    ///
    /// # Errors
    ///
    /// As [`Response::new`].
    pub fn secret<T: Serialize + ?Sized>(secret: Secret, fields: &T) -> Result<Self, Error> {
        let data = Data::new(fields).map_err(unanswerable)?;
        data.check_response().map_err(unanswerable)?;
        Ok(Self::of(Body::Secret { secret, data }))
    }

    /// Creates the answer to a renewal: the secret with its new lease. The fields that the caller
    /// has seen do not change.
    pub fn renewed(secret: Secret) -> Self {
        Self::of(Body::Secret { secret, data: Data::none() })
    }

    /// Creates the answer to a login, or to the renewal of its token.
    pub fn auth(auth: Auth) -> Self {
        Self::of(Body::Auth(Box::new(auth)))
    }

    /// Creates the answer to [`Operation::ResolveRole`](crate::Operation::ResolveRole).
    pub fn role(name: impl Into<String>) -> Self {
        Self::of(Body::Role(name.into()))
    }

    /// Redirects the caller: HTTP 307.
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::of(Body::Redirect(url.into()))
    }

    /// Creates a raw HTTP answer.
    pub fn raw(raw: RawResponse) -> Self {
        Self::of(Body::Raw(raw))
    }

    /// Adds a warning for the caller.
    #[must_use]
    pub fn with_warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds an HTTP header. Servers drop headers that the mount's `allowed_response_headers` does
    /// not name.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Makes the server wrap the answer: the caller gets a single-use token for it that lives this
    /// long.
    #[must_use]
    pub fn wrapped_for(mut self, ttl: Duration) -> Self {
        self.wrap_ttl = Some(ttl);
        self
    }

    /// Sets another HTTP status than 200 for data; [`Response::in_envelope`] applies it.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Turns a response with its own status into a raw HTTP answer, in the envelope that the server
    /// would have used. Any other response stays as it is.
    pub(crate) fn in_envelope(self, request_id: &str) -> Result<Self, Error> {
        let (Some(status), Body::Data(data)) = (self.status, &self.body) else { return Ok(self) };
        let envelope = Envelope {
            request_id,
            lease_id: "",
            renewable: false,
            lease_duration: 0,
            data: raw(data)?,
            wrap_info: (),
            warnings: Some(&self.warnings).filter(|warnings| !warnings.is_empty()),
            auth: (),
        };
        let raw =
            RawResponse::new(status, "application/json", json(&envelope).map_err(unanswerable)?);
        Ok(Self { body: Body::Raw(raw), warnings: Vec::new(), status: None, ..self })
    }

    /// Returns the data that the caller sees; none for an error.
    pub fn data(&self) -> Data {
        self.body.visible_data()
    }

    /// Returns the text of an error response; `None` for any other.
    pub fn error_message(&self) -> Option<&str> {
        match &self.body {
            Body::Error { message, .. } => Some(message),
            _ => None,
        }
    }

    /// Returns the leased secret, if this is one.
    pub fn leased_secret(&self) -> Option<&Secret> {
        match &self.body {
            Body::Secret { secret, .. } => Some(secret),
            _ => None,
        }
    }

    pub(crate) fn leased_secret_mut(&mut self) -> Option<&mut Secret> {
        match &mut self.body {
            Body::Secret { secret, .. } => Some(secret),
            _ => None,
        }
    }

    /// Returns the login, if this is one.
    pub fn login(&self) -> Option<&Auth> {
        match &self.body {
            Body::Auth(auth) => Some(auth),
            _ => None,
        }
    }

    pub(crate) fn is_role(&self) -> bool {
        matches!(self.body, Body::Role(_))
    }

    /// Returns the warnings for the caller.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn into_parts(self) -> (Body, Vec<String>, Headers, Option<Duration>) {
        (self.body, self.warnings, self.headers, self.wrap_ttl)
    }

    fn of(body: Body) -> Self {
        Self { body, warnings: Vec::new(), headers: Headers::new(), wrap_ttl: None, status: None }
    }
}

/// The envelope that servers use for an answer's data, with its fields in their order.
#[derive(Serialize)]
struct Envelope<'a> {
    request_id: &'a str,
    lease_id: &'a str,
    renewable: bool,
    lease_duration: u64,
    data: Option<&'a RawValue>,
    wrap_info: (),
    warnings: Option<&'a Vec<String>>,
    auth: (),
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("body", &self.body)
            .field("warnings", &self.warnings.len())
            .finish_non_exhaustive()
    }
}

/// Returns the error for a response that cannot be sent: the backend's failure, never the caller's.
fn unanswerable(error: DataError) -> Error {
    Error::internal(format!("the answer cannot be sent: {error}"))
}

/// Returns the text of data, for insertion into another text.
fn raw(data: &Data) -> Result<Option<&RawValue>, Error> {
    if data.is_none() {
        return Ok(None);
    }
    let text = serde_json::from_slice(data.as_bytes());
    text.map(Some).map_err(|_| unanswerable(DataError::Unserialisable))
}

fn not_empty(message: String) -> String {
    if message.is_empty() { "unknown error".to_owned() } else { message }
}

/// Returns the text of a value that can always be serialized as JSON.
fn json(value: &impl Serialize) -> Result<Bytes, DataError> {
    crate::json::to_vec(value).map(Into::into).map_err(|_| DataError::Unserialisable)
}

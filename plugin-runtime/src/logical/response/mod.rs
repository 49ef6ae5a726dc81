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

/// What a backend answers.
///
/// A response is one thing: data, keys, an error, a leased secret, a login, a redirect or a raw
/// HTTP answer. What a server would mistake for something else can't be built.
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
    /// Returns an answer without content: HTTP 200 with the usual envelope and no data. Answering
    /// `None` gives 204, or 404 to a read.
    pub fn empty() -> Self {
        Self::of(Body::Data(Data::none()))
    }

    /// Returns the fields of a value that serialises to a JSON object.
    ///
    /// # Errors
    ///
    /// When it becomes something else, or data that a server would misread (see
    /// [`Data::check_response`]).
    pub fn new<T: Serialize + ?Sized>(fields: &T) -> Result<Self, Error> {
        Self::from_data(Data::new(fields).map_err(unanswerable)?)
    }

    /// Returns the fields of a JSON object.
    ///
    /// # Errors
    ///
    /// When a server would misread it (see [`Data::check_response`]).
    pub fn from_data(data: Data) -> Result<Self, Error> {
        data.check_response().map_err(unanswerable)?;
        Ok(Self::of(Body::Data(data)))
    }

    /// Returns the fields of a JSON object that is text already, such as one from storage.
    ///
    /// # Errors
    ///
    /// When it is not an object, or one that a server would misread (see
    /// [`Data::check_response`]).
    pub fn from_text(text: impl Into<Bytes>) -> Result<Self, Error> {
        // Checked in full below, and once is enough.
        Self::from_data(Data::from_wire(text.into()))
    }

    /// Returns the answer to a list. Without any keys the server answers 404.
    pub fn keys<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self::of(Body::keys(keys.into_iter().map(Into::into).collect()))
    }

    /// Returns the answer to a list, with some facts about each key.
    ///
    /// # Errors
    ///
    /// When the facts cannot be serialized as JSON.
    pub fn keys_with_info<K: Into<String>, T: Serialize>(
        keys: impl IntoIterator<Item = (K, T)>,
    ) -> Result<Self, Error> {
        Body::keys_with_info(keys).map(Self::of).map_err(unanswerable)
    }

    /// Returns the caller's mistake, in words for them: HTTP 400. [`Error::bad_request`] does the
    /// same and is found by `?`.
    pub fn error(message: impl Into<String>) -> Self {
        Self::of(Body::Error { message: not_empty(message.into()), data: Data::none() })
    }

    /// Returns an error with data beside its text.
    pub fn error_with_data(message: impl Into<String>, data: Data) -> Self {
        Self::of(Body::Error { message: not_empty(message.into()), data })
    }

    /// Returns a secret with a lease, and the fields that the caller sees.
    ///
    /// # Errors
    ///
    /// As [`Response::new`].
    pub fn secret<T: Serialize + ?Sized>(secret: Secret, fields: &T) -> Result<Self, Error> {
        let data = Data::new(fields).map_err(unanswerable)?;
        data.check_response().map_err(unanswerable)?;
        Ok(Self::of(Body::Secret { secret, data }))
    }

    /// Returns the answer to a renewal: the secret with its new lease. What the caller was shown
    /// stays as it was.
    pub fn renewed(secret: Secret) -> Self {
        Self::of(Body::Secret { secret, data: Data::none() })
    }

    /// Returns a login, or the renewal of its token.
    pub fn auth(auth: Auth) -> Self {
        Self::of(Body::Auth(Box::new(auth)))
    }

    /// Returns the answer to [`Operation::ResolveRole`](crate::Operation::ResolveRole).
    pub fn role(name: impl Into<String>) -> Self {
        Self::of(Body::Role(name.into()))
    }

    /// Sends the caller elsewhere: HTTP 307.
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::of(Body::Redirect(url.into()))
    }

    /// Returns a raw HTTP answer.
    pub fn raw(raw: RawResponse) -> Self {
        Self::of(Body::Raw(raw))
    }

    /// Adds a warning for the caller.
    #[must_use]
    pub fn with_warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds an HTTP header. Servers drop those that the mount's `allowed_response_headers` does
    /// not name.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Has the server wrap the answer: the caller gets a single-use token for it that lives this
    /// long.
    #[must_use]
    pub fn wrapped_for(mut self, ttl: Duration) -> Self {
        self.wrap_ttl = Some(ttl);
        self
    }

    /// Gives data another HTTP status than 200, once [`Response::in_envelope`] is called.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Turns a response with its own status into a raw HTTP answer, in the envelope that the server
    /// would have put around it. Any other response stays as it is.
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

/// What servers put around an answer's data, in the order of their fields.
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

/// Returns the error of a response that can't be sent: the backend's failure, never the caller's.
fn unanswerable(error: DataError) -> Error {
    Error::internal(format!("the answer cannot be sent: {error}"))
}

/// Returns the text of data, to be put into another one.
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

/// Returns the text of a value that is known to have a form in JSON.
fn json(value: &impl Serialize) -> Result<Bytes, DataError> {
    crate::json::to_vec(value).map(Into::into).map_err(|_| DataError::Unserialisable)
}

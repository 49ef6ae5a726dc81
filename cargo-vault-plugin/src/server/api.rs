//! A thin client of the server's HTTP API.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

/// The longest a request may take. A server gives up after 90 seconds by itself.
const LIMIT: Duration = Duration::from_secs(120);

/// The largest answer that is read, in bytes: more than a server accepts in a request.
const MAX_ANSWER: u64 = 64 << 20;

/// One server's API with one token.
#[derive(Clone)]
pub struct Api {
    agent: Agent,
    address: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

/// What the server answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body; `null` when there is none, a string when it is not JSON.
    pub body: Value,
}

impl Answer {
    /// Returns whether the status is one of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the body's `data`; `null` when there is none.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// Returns the body's `errors`, as one text.
    #[must_use]
    pub fn errors(&self) -> String {
        let errors = self.body["errors"].as_array();
        errors.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    }

    /// Returns the `keys` of a list's answer.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.data()["keys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Returns the answer itself when it is one of success.
    ///
    /// # Errors
    /// Else, with the server's words.
    pub fn success(self) -> Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        bail!("the server answered {}: {}", self.status, self.errors())
    }
}

impl Api {
    /// Returns the API of the server at `address`, for example `http://127.0.0.1:8200`.
    #[must_use]
    pub fn new(address: &str, token: Option<&str>) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            // Loopback needs no proxy, and one that is set would get the token.
            .proxy(None)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .build()
            .new_agent();
        let token = token.map(str::to_owned);
        Self { agent, address: address.to_owned(), token, headers: Vec::new() }
    }

    /// Returns the same server with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Returns the same server and token with a further header in each request, for example
    /// `X-Vault-Wrap-TTL`.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut api = self.clone();
        api.headers.push((name.to_owned(), value.to_owned()));
        api
    }

    /// Returns the server's address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends one request; `path` is what follows `/v1/`, `body` is sent as JSON.
    ///
    /// # Errors
    /// When there is no answer. An answer with an error status is not an error here.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = match body {
            Some(value) => serde_json::to_vec(value).context("encoding the request")?,
            None => Vec::new(),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/v1/{path}", self.address))
            .header("X-Vault-Request", "true");
        if let Some(token) = &self.token {
            request = request.header("X-Vault-Token", token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let asked = || format!("{method} {path}");
        let sent = if body.is_empty() {
            self.agent.run(request.body(()).with_context(asked)?)
        } else {
            self.agent.run(request.body(body).with_context(asked)?)
        };
        let mut response = sent.with_context(asked)?;
        let text = response
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER)
            .read_to_vec()
            .with_context(|| format!("{method} {path}: reading the answer"))?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&text)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&text).into_owned()))
        };
        Ok(Answer { status: response.status().as_u16(), body })
    }

    /// Reads a path.
    ///
    /// # Errors
    /// As [`Api::request`], like all that follow.
    pub fn read(&self, path: &str) -> Result<Answer> {
        self.request("GET", path, None)
    }

    /// Writes to a path.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn write(&self, path: &str, data: &Value) -> Result<Answer> {
        self.request("PUT", path, Some(data))
    }

    /// Lists a path.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn list(&self, path: &str) -> Result<Answer> {
        self.request("LIST", path, None)
    }

    /// Deletes a path.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn delete(&self, path: &str) -> Result<Answer> {
        self.request("DELETE", path, None)
    }

    /// Makes a plugin known: `catalog_type` is `secret` or `auth`, `command` its file in the
    /// plugin folder, `version` the one it reports, with its leading `v`.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn register(
        &self,
        catalog_type: &str,
        name: &str,
        command: &str,
        sha256: &str,
        version: &str,
    ) -> Result<Answer> {
        let body = json!({ "command": command, "sha256": sha256, "version": version });
        self.write(&format!("sys/plugins/catalog/{catalog_type}/{name}"), &body)
    }

    /// Mounts a secrets engine at `path`.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn enable(&self, path: &str, plugin: &str) -> Result<Answer> {
        self.write(&format!("sys/mounts/{path}"), &json!({ "type": plugin }))
    }

    /// Unmounts a secrets engine; its data go.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn disable(&self, path: &str) -> Result<Answer> {
        self.delete(&format!("sys/mounts/{path}"))
    }

    /// Changes settings of a mounted secrets engine.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn tune(&self, path: &str, settings: &Value) -> Result<Answer> {
        self.write(&format!("sys/mounts/{path}/tune"), settings)
    }

    /// Ends the plugin's process and starts it again, for all its mounts.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn reload(&self, plugin: &str) -> Result<Answer> {
        self.write("sys/plugins/reload/backend", &json!({ "plugin": plugin }))
    }

    /// Seals the server.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn seal(&self) -> Result<Answer> {
        self.request("PUT", "sys/seal", None)
    }

    /// Unseals the server with one share of its key.
    ///
    /// # Errors
    /// As [`Api::request`].
    pub fn unseal(&self, key: &str) -> Result<Answer> {
        self.write("sys/unseal", &json!({ "key": key }))
    }
}

impl fmt::Debug for Api {
    /// Leaves out the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("address", &self.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_answer_becomes_an_error_with_the_servers_words() {
        let answer = Answer { status: 400, body: json!({ "errors": ["no", "never"] }) };
        let error = answer.success().expect_err("not a success").to_string();
        assert_eq!(error, "the server answered 400: no; never");
    }

    #[test]
    fn no_token_shows_in_debug() {
        let api = Api::new("http://127.0.0.1:1", Some("planted-token"));
        assert!(!format!("{api:?}").contains("planted-token"));
    }
}

//! Help texts and the OpenAPI document of a backend.
//!
//! Both are made on request, so a plugin whose help is never read pays nothing.

mod declaration;
mod help;
mod names;
mod openapi;
mod parameters;

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::json;

pub(super) use self::declaration::PUBLIC;
use self::declaration::{Declaration, DeclaredPath};
pub(super) use self::names::check as check_names;
use super::dispatch::Dispatch;
use crate::{Data, Error, Request, Response};

/// What the server may add to a request for help.
#[derive(Default, Deserialize)]
struct Asked {
    /// The name under which the plugin is mounted; operation ids begin with it.
    #[serde(default, rename = "requestResponsePrefix")]
    prefix: String,
}

/// Answers a request for help: for the whole backend at its root, for one path elsewhere.
pub(super) async fn answer<S: Send + Sync + 'static>(
    backend: &Dispatch<S>,
    request: &Request,
) -> Result<Option<Response>, Error> {
    let matched = match request.path.as_str() {
        "" => None,
        path => Some(backend.router.route(path).ok_or_else(Error::unsupported_path)?.index()),
    };
    // Documentation is given even if the server does not tell its version.
    let version = request.system_view.plugin_environment().await.map(|server| server.version);
    let version = version.ok().filter(|version| !version.is_empty());
    write(
        Declaration::of(&backend.declared, backend.router.patterns()),
        matched,
        request,
        version.as_deref().unwrap_or("unknown"),
    )
}

fn write(
    mut declaration: Declaration<'_>,
    matched: Option<usize>,
    request: &Request,
    version: &str,
) -> Result<Option<Response>, Error> {
    let Asked { prefix } = request.data.parse::<Option<Asked>>().ok().flatten().unwrap_or_default();
    let help = match matched {
        None => help::of_backend(&declaration),
        Some(index) => {
            declaration.paths = vec![declaration.paths.swap_remove(index)];
            help::of_path(&declaration.paths[0], &request.path)
        }
    };
    let document = openapi::document(&declaration, &prefix, &request.mount_type, version);
    let data = Data::new(&json!({ "help": help, "see_also": null, "openapi": document }))?;
    Response::from_data(data).map(Some)
}

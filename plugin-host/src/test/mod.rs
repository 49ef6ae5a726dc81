#![doc = include_str!("../../docs/testing.md")]

mod error;
mod mounted;
mod three_ways;

pub use error::SetUpError;
pub use mounted::Mounted;
pub use three_ways::block_on;
#[doc(hidden)]
pub use three_ways::server_of_the_environment;

use std::path::Path;
use std::sync::Arc;

use mounted::OnServer;

use crate::server::{DevServer, Folder};
use crate::{Checksum, Client, Enable, Host, HostError, PluginType, Registration};
use plugin_runtime::{Backend, IntoBackend, Mount};

/// The variable that names the binary of the real server.
pub const SERVER: &str = "PLUGIN_TEST_SERVER";

/// Where the plugin is mounted, for an auth method below `auth/`.
const PATH: &str = "mount";

/// Mounts a backend in this process, without sockets.
///
/// # Errors
///
/// Fails if the factory or the backend's initialisation fails.
pub async fn in_process<F, R>(factory: F) -> Result<Mounted, SetUpError>
where
    F: Fn(Mount) -> R + Send + Sync + 'static,
    R: IntoBackend,
{
    let kind = factory(Mount::default()).into_backend().map_err(SetUpError::Backend)?.kind();
    let host = Host::new();
    host.register_backend(kind, PATH, factory);
    let mount = host.enable(enable(kind.into(), PATH)).await?;
    Ok(Mounted::new(Client::of(&host), &mount.path))
}

/// Starts a plugin's binary and mounts it, with TLS over a socket as servers do.
///
/// # Errors
///
/// Fails if the binary cannot be started or set up.
pub async fn over_the_wire(binary: impl AsRef<Path>) -> Result<Mounted, SetUpError> {
    let (directory, name) = directory_and_name(binary.as_ref())?;
    let sum = Checksum::of_file(&binary).map_err(|error| SetUpError::io(&binary, error))?;
    let host = Host::builder().plugin_directory(directory).build();
    for kind in [PluginType::Secret, PluginType::Auth] {
        host.register(Registration::new(kind, name, sum)).await?;
        match host.enable(enable(kind, name)).await {
            Ok(mount) => return Ok(Mounted::new(Client::of(&host), &mount.path)),
            // Only a running plugin says of which type it is.
            Err(HostError::WrongType { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(SetUpError::NoPlugin(name.to_owned()))
}

/// Starts a real server in development mode and mounts a plugin's binary there. The server has a
/// free port of 127.0.0.1 and a random root token, and ends with the last clone of the mount.
///
/// # Errors
///
/// Fails, with the end of the server's log, if the server does not start, and fails if it refuses
/// the plugin.
pub async fn on_server(
    server: impl AsRef<Path>,
    plugin: impl AsRef<Path>,
) -> Result<Mounted, SetUpError> {
    let plugins = Folder::new()?;
    let (_, name) = directory_and_name(plugin.as_ref())?;
    plugins.copy(plugin.as_ref(), name)?;
    let binary = server.as_ref().to_owned();
    let started = tokio::task::spawn_blocking(move || {
        let server = DevServer::start(&binary, Some(plugins.path()), &[])?;
        Ok::<_, SetUpError>(OnServer { server, _plugins: plugins })
    });
    let server = match started.await {
        Ok(started) => started?,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let client = server.server.api().client().clone();
    let catalog = client.read("sys/plugins/catalog").await.success()?;
    let plugins = catalog.field("/detailed").as_array().into_iter().flatten();
    let found = plugins.filter(|plugin| plugin["name"] == name).find_map(|it| it["type"].as_str());
    let path = match found {
        Some("secret") => {
            client.enable_secrets(PATH, name).await.success()?;
            PATH.to_owned()
        }
        Some("auth") => {
            client.enable_auth(PATH, name).await.success()?;
            format!("auth/{PATH}")
        }
        _ => return Err(SetUpError::NoPlugin(name.to_owned())),
    };
    Ok(Mounted::new(client, &path).kept_by(Arc::new(server)))
}

fn enable(kind: PluginType, plugin: &str) -> Enable {
    match kind {
        PluginType::Auth => Enable::auth(plugin),
        PluginType::Secret => Enable::secrets(plugin),
    }
    .at(PATH)
}

fn directory_and_name(binary: &Path) -> Result<(&Path, &str), SetUpError> {
    let name = binary.file_name().and_then(|name| name.to_str());
    let found = binary.parent().zip(name);
    found.ok_or_else(|| SetUpError::NoPlugin(binary.display().to_string()))
}

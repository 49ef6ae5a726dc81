//! A plugin under test: launched by this process's host, as a server does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use plugin_host::{
    Checksum, Enable, Host, Launch, MountedBackend, PluginProcess, PluginType, Registration,
    TlsMode,
};
use plugin_proto::pb;

use super::Result;
use super::cpu::Meter;
use super::latency::Percentiles;

/// A document of about 100 bytes: what is written and read.
pub const DOCUMENT: &str =
    r#"{"value":"0123456789012345678901234567890123456789012345678901234567890123"}"#;

/// What a phase of load has shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Requests in a second.
    pub throughput: f64,
    /// How long each took.
    pub latency: Percentiles,
    /// Microseconds of CPU in the plugin for each request.
    pub plugin_cpu: f64,
    /// Microseconds of CPU in this process, the driver, for each request.
    pub driver_cpu: f64,
}

/// A plugin's file, mounted in a host of its own.
#[derive(Debug)]
pub struct Plugin {
    /// What the report calls it.
    pub name: &'static str,
    host: Host,
    file: String,
}

impl Plugin {
    /// Registers the file in a new host.
    ///
    /// # Errors
    /// Fails if it is not a plugin.
    pub async fn register(name: &'static str, path: &Path, tls: TlsMode) -> Result<Self> {
        Self::launched(name, path, move |path| launch(path, tls)).await
    }

    /// Registers the file in a new host that starts it by `launch`.
    ///
    /// # Errors
    /// Fails if it is not a plugin.
    pub async fn launched(
        name: &'static str,
        path: &Path,
        launch: impl Fn(&Path) -> Launch + Send + Sync + 'static,
    ) -> Result<Self> {
        let path: PathBuf = path.canonicalize()?;
        let directory = path.parent().ok_or("a file without a folder")?;
        let file = path.file_name().ok_or("a folder")?.to_string_lossy().into_owned();
        let host = Host::builder().plugin_directory(directory).launch(launch).build();
        let sum = Checksum::of_file(&path)?;
        host.register(Registration::new(PluginType::Secret, file.clone(), sum)).await?;
        Ok(Self { name, host, file })
    }

    /// Mounts it once more.
    ///
    /// # Errors
    /// Fails if it refuses.
    pub async fn mount(&self, path: &str) -> Result<MountedBackend> {
        self.host.enable(Enable::secrets(self.file.clone()).at(path)).await?;
        Ok(self.host.backend(path)?)
    }

    /// Returns the host that it runs under.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Returns its process.
    ///
    /// # Errors
    /// Fails if it does not run.
    pub fn process(&self) -> Result<PluginProcess> {
        Ok(self.host.processes().into_iter().next().ok_or("the plugin does not run")?)
    }
}

/// Returns how a plugin is started here: as a server does, with the mode passed to a Go plugin as
/// well.
#[must_use]
pub fn launch(path: &Path, tls: TlsMode) -> Launch {
    Launch::new(path).tls(tls).exit_timeout(Duration::from_secs(10))
}

/// Returns a request as a server sends it.
#[must_use]
pub fn request(operation: &str, path: &str, data: &str) -> pb::Request {
    pb::Request {
        id: "0d9d6a3c-5f0e-4a5e-b8a7-0f3ad6a1c1a2".to_owned(),
        operation: operation.to_owned(),
        path: path.to_owned(),
        data: data.to_owned().into(),
        client_token: "c4b1f6a9d2e8037f5a6b1c9d0e2f3a4b5c6d7e8f".to_owned(),
        client_token_accessor: "qk3rXy7Tn0bVd5mWz1LsPc8g".to_owned(),
        display_name: "userpass-alice".to_owned(),
        mount_point: "mock/".to_owned(),
        mount_type: "mock".to_owned(),
        entity_id: "7b1e0c52-8d1f-4f0d-9a55-3d2f6f0a9c11".to_owned(),
        connection: Some(pb::Connection {
            remote_addr: "192.0.2.17".to_owned(),
            remote_port: 48_212,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Keeps `in_flight` requests under way until `total` are answered, over the mounts in turn.
///
/// # Errors
/// Fails if a request fails.
pub async fn load(
    mounts: &[MountedBackend],
    process: &PluginProcess,
    request: &pb::Request,
    in_flight: usize,
    total: usize,
) -> Result<Load> {
    let each = total / in_flight;
    let latencies = Arc::new(Mutex::new(Vec::with_capacity(each * in_flight)));
    let plugin = Meter::start(process.pid())?;
    let driver = Meter::start(std::process::id())?;
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..in_flight {
        let mounts = mounts.to_vec();
        let (request, latencies) = (request.clone(), Arc::clone(&latencies));
        clients.spawn(async move {
            let mut own = Vec::with_capacity(each);
            for mount in mounts.iter().cycle().skip(client).take(each) {
                let start = Instant::now();
                let reply = mount.handle(&request).await?;
                own.push(start.elapsed());
                if let Some(error) = reply.err.filter(|error| error.err_type != 5) {
                    return Err(error.err_msg.into());
                }
            }
            latencies.lock().append(&mut own);
            Result::Ok(())
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    let elapsed = start.elapsed();
    let total = each * in_flight;
    Ok(Load {
        throughput: total as f64 / elapsed.as_secs_f64(),
        latency: Percentiles::of(std::mem::take(&mut *latencies.lock())),
        plugin_cpu: plugin.micros_per(total)?,
        driver_cpu: driver.micros_per(total)?,
    })
}

//! A small independent host: it acts as a server, but shares no code with the code under test, so
//! that an error in that code cannot hide on both sides.

pub(crate) mod api;
pub(crate) mod brokered;
pub(crate) mod capture;
pub(crate) mod certificate;
pub(crate) mod connection;
pub(crate) mod line;
pub(crate) mod mount;
#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) mod p521;
pub(crate) mod process;
pub(crate) mod storage;
pub(crate) mod tls;
pub(crate) mod view;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use plugin_proto::pb::backend_client::BackendClient;
use plugin_proto::plugin::ConnInfo;
use plugin_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use plugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use plugin_proto::{pb, plugin};
use rustls::SupportedProtocolVersion;
use rustls::version::TLS13;
use tokio::sync::mpsc;
use tonic::{Request, Status};

use api::Api;
use brokered::Brokered;
use certificate::HostCertificate;
use connection::Connection;
use line::Line;
use mount::Mount;
use process::{Launch, Process};

/// Longer than anything that works takes, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A host that has started a plugin and is connected to it.
pub(crate) struct Host {
    pub(crate) process: Process,
    pub(crate) certificate: HostCertificate,
    pub(crate) line: Line,
    pub(crate) connection: Connection,
    /// The plugin's certificate, which the host trusts.
    pinned: Vec<u8>,
    versions: Vec<&'static SupportedProtocolVersion>,
    announcements: Option<mpsc::UnboundedSender<ConnInfo>>,
    next_broker_id: AtomicU32,
}

impl Host {
    /// Starts the plugin as a server does.
    pub(crate) async fn start() -> Self {
        Self::launch(|launch| launch).await
    }

    /// Starts the plugin as [`Host::start`] does, with a changed environment.
    pub(crate) async fn launch(change: impl FnOnce(Launch) -> Launch) -> Self {
        let certificate = HostCertificate::generate();
        let process = change(Launch::by_server(&certificate)).start();
        let line = Line::parse(&process.line().await);
        let config = tls::client(Some(&certificate), &line.certificate());
        let connection = Connection::to(&line, config).await.expect("a connection");
        let pinned = line.certificate();
        Self::over(process, certificate, line, connection, pinned, &[&TLS13]).await
    }

    /// Starts the plugin as a server of protocols 3 and 4 does for a mount, with a token of `api`.
    pub(crate) async fn with_shared_pair(
        api: &Api,
        versions: &[&'static SupportedProtocolVersion],
        change: impl FnOnce(Launch) -> Launch,
    ) -> Self {
        let process = change(Launch::for_token(&api.token())).start();
        let line = Line::parse(&process.line().await);
        let certificate = HostCertificate::shared();
        let pinned = certificate.certificate.to_vec();
        let config = tls::client_of(versions, Some(&certificate), &pinned);
        let connection = Connection::open_by(&line.address, config, certificate.name).await;
        let connection = connection.expect("a connection");
        Self::over(process, certificate, line, connection, pinned, versions).await
    }

    /// Starts the plugin as such a server does to have it described.
    pub(crate) async fn describing(change: impl FnOnce(Launch) -> Launch) -> Self {
        let process = change(Launch::to_describe()).start();
        let line = Line::parse(&process.line().await);
        let connection = Connection::open_plaintext(&line.address).await.expect("a connection");
        let certificate = HostCertificate::shared();
        let pinned = certificate.certificate.to_vec();
        Self::over(process, certificate, line, connection, pinned, &[&TLS13]).await
    }

    async fn over(
        process: Process,
        certificate: HostCertificate,
        line: Line,
        connection: Connection,
        pinned: Vec<u8>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let mut host = Self {
            process,
            certificate,
            line,
            connection,
            pinned,
            versions: versions.to_vec(),
            announcements: None,
            next_broker_id: AtomicU32::new(1),
        };
        host.open_broker().await;
        host
    }

    async fn open_broker(&mut self) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let outgoing = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
        let mut client = GrpcBrokerClient::with_origin(self.connection.clone(), origin());
        let mut incoming =
            client.start_stream(outgoing).await.expect("the broker's stream").into_inner();
        tokio::spawn(async move { while let Ok(Some(_)) = incoming.message().await {} });
        self.announcements = Some(sender);
    }

    /// Ends this side's half of the broker's stream, as a server does before it ends a plugin.
    pub(crate) fn close_broker(&mut self) {
        self.announcements = None;
    }

    /// Returns the path of the plugin's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        PathBuf::from(&self.line.address)
    }

    /// Returns an unused number for a brokered service.
    pub(crate) fn broker_id(&self) -> u32 {
        self.next_broker_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Announces the address of a brokered service to the plugin.
    pub(crate) fn announce(&self, id: u32, address: &str) {
        self.announce_on("unix", id, address);
    }

    /// Announces an address as [`Host::announce`] does, on any network.
    pub(crate) fn announce_on(&self, network: &str, id: u32, address: &str) {
        let info = ConnInfo {
            service_id: id,
            network: network.to_owned(),
            address: address.to_owned(),
            knock: None,
        };
        self.announcements.as_ref().expect("an open stream").send(info).expect("a stream");
    }

    /// Offers storage and a system view on a socket of their own, without announcing it.
    pub(crate) fn brokered(&self) -> Brokered {
        self.brokered_by(&self.certificate)
    }

    /// Offers them as [`Host::brokered`] does, with any certificate.
    pub(crate) fn brokered_by(&self, certificate: &HostCertificate) -> Brokered {
        let config = tls::server_of(&self.versions, certificate, &self.pinned);
        Brokered::listen(self.process.directory(), config)
    }

    pub(crate) fn backend(&self) -> BackendClient<Connection> {
        BackendClient::with_origin(self.connection.clone(), origin())
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX)
    }

    /// Calls `Setup` and nothing else.
    pub(crate) async fn set_up(
        &self,
        id: &str,
        broker_id: u32,
        uuid: &str,
        config: &[(&str, &str)],
    ) -> Result<String, Status> {
        let args =
            pb::SetupArgs { broker_id, config: owned(config), backend_uuid: uuid.to_owned() };
        let reply = self.backend().setup(to_instance(id, args)).await?;
        Ok(reply.into_inner().err)
    }

    /// Creates a mount: a brokered service, its announcement, and `Setup`.
    pub(crate) async fn mount(&self, id: &str) -> Mount {
        self.mount_with(id, &[]).await.expect("a mount")
    }

    /// Creates a mount whose brokered service is announced at the given address.
    pub(crate) async fn mount_at(&self, id: &str, network: &str, address: &str) -> Mount {
        let broker_id = self.broker_id();
        self.announce_on(network, broker_id, address);
        assert_eq!(self.set_up(id, broker_id, "uuid", &[]).await.expect("an answer"), "");
        Mount::new(id, self.backend(), self.brokered())
    }

    /// Creates a mount as [`Host::mount`] does, with options; `Err` has the text of the reply.
    pub(crate) async fn mount_with(
        &self,
        id: &str,
        config: &[(&str, &str)],
    ) -> Result<Mount, String> {
        let brokered = self.brokered();
        let broker_id = self.broker_id();
        self.announce(broker_id, &brokered.address);
        let err = self.set_up(id, broker_id, &format!("uuid-of-{id}"), config).await;
        match err.expect("an answer to Setup").as_str() {
            "" => Ok(Mount::new(id, self.backend(), brokered)),
            err => Err(err.to_owned()),
        }
    }

    /// Orders the plugin to exit.
    pub(crate) async fn shut_down(&self) {
        let mut client = GrpcControllerClient::with_origin(self.connection.clone(), origin());
        // The connection may end before the answer has arrived.
        let _ = client.shutdown(plugin::Empty {}).await;
    }

    /// Shows that the plugin still serves: a new mount answers.
    pub(crate) async fn is_served(&self, id: &str) {
        let mount = self.mount(id).await;
        let reply = mount.read("echo").await.expect("an answer");
        assert!(reply.err.is_none(), "{:?}", reply.err);
    }
}

/// Returns the authority of every call.
pub(crate) fn origin() -> http::Uri {
    http::Uri::from_static("https://localhost")
}

/// Creates a call that names its instance; an empty name stands for none, as in protocols 3 and 4.
pub(crate) fn to_instance<T>(id: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if id.is_empty() {
        return request;
    }
    request.metadata_mut().insert("multiplex_id", id.parse().expect("ASCII"));
    request
}

pub(crate) fn owned(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

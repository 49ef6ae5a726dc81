//! The address of a brokered service.
//!
//! A mount connects when it first needs its server, which may be days after it was set up. By then
//! the socket's file may have been removed by a job that cleans the temporary directory, while the
//! server still listens. On Linux the file is therefore held open until the first connection: this
//! reaches the socket even if its name is removed, and uses the descriptor that the connection will
//! use.

use std::io;

use tokio::net::TcpStream;

use super::Socket;
#[cfg(unix)]
use super::unix::UnixSocket;
use crate::handshake::Network;

/// The address of a service, and its socket's open file if it is held.
#[derive(Debug)]
pub struct Target {
    network: Network,
    #[cfg(target_os = "linux")]
    file: parking_lot::Mutex<Option<std::fs::File>>,
}

impl Target {
    /// Creates a service that is reached by its address.
    pub fn at(network: Network) -> Self {
        Self {
            network,
            #[cfg(target_os = "linux")]
            file: parking_lot::Mutex::new(None),
        }
    }

    /// Creates a service whose socket can be reached even after its file has been removed.
    pub fn held(network: Network) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            file: parking_lot::Mutex::new(hold(&network)),
            network,
        }
    }

    /// Returns the address of the service.
    pub(super) fn network(&self) -> &Network {
        &self.network
    }

    /// Closes the socket's file. From now on, the service is reached by its address.
    pub(super) fn release(&self) {
        #[cfg(target_os = "linux")]
        drop(self.file.lock().take());
    }

    pub(super) async fn connect(&self) -> io::Result<Socket> {
        match &self.network {
            #[cfg(unix)]
            Network::Unix(path) => {
                #[cfg(target_os = "linux")]
                if let Some(held) = self.held_path() {
                    match UnixSocket::connect(held.as_ref()).await {
                        // There is no /proc.
                        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                        connected => return connected.map(Socket::Unix),
                    }
                }
                UnixSocket::connect(path.as_ref()).await.map(Socket::Unix)
            }
            #[cfg(not(unix))]
            Network::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
            Network::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Ok(Socket::Tcp(stream))
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn held_path(&self) -> Option<String> {
        use std::os::fd::AsRawFd as _;
        self.file.lock().as_ref().map(|file| format!("/proc/self/fd/{}", file.as_raw_fd()))
    }
}

/// Opens a socket's file without connecting. If it cannot be opened, the later connection fails and
/// reports the reason.
#[cfg(target_os = "linux")]
fn hold(network: &Network) -> Option<std::fs::File> {
    use nix::fcntl::OFlag;
    use std::os::unix::fs::OpenOptionsExt as _;
    let Network::Unix(path) = network else { return None };
    let opened =
        std::fs::OpenOptions::new().read(true).custom_flags(OFlag::O_PATH.bits()).open(path);
    match opened {
        Ok(file) => Some(file),
        Err(error) => {
            tracing::debug!(%error, path, "cannot hold the socket of a brokered service open");
            None
        }
    }
}

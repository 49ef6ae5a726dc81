//! The socket that a plugin listens on: bound, named for the handshake line, and removed on drop.

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::Socket;
use super::shortage::{explained, is_descriptor};
use super::socket_file::SocketFile;
use crate::handshake::Network;

/// How to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenOn {
    /// A Unix socket with a new name in `directory`, which the environment's `variable` names;
    /// accessible to `group` if there is one.
    Unix { directory: PathBuf, variable: &'static str, group: Option<String> },
    /// The first free port of the range on the loopback interface, or one that the system chooses.
    Tcp { ports: Option<(u16, u16)> },
}

/// Reasons why a plugin cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    #[error(
        "cannot create a socket in {directory}; set {variable} to a directory that can be written to"
    )]
    Socket { directory: PathBuf, variable: &'static str, source: io::Error },
    #[error(
        "the socket path {path} has {length} bytes, and the system allows {limit}; set {variable} \
         to a shorter directory"
    )]
    PathTooLong { path: String, length: usize, limit: usize, variable: &'static str },
    #[error("cannot create a socket")]
    NoDescriptor(#[source] io::Error),
    #[error(
        "the directory for the socket is not valid UTF-8: {directory:?}; set {variable} to another \
         directory"
    )]
    PathNotText { directory: PathBuf, variable: &'static str },
    #[error(
        "the socket path {path:?} holds a `|` or a line break, which the handshake line cannot \
         carry; set {variable} to another directory"
    )]
    PathNotForLine { path: String, variable: &'static str },
    #[error(
        "the group `{0}` does not exist; create it, or set PLUGIN_UNIX_SOCKET_GROUP to another one"
    )]
    NoSuchGroup(String),
    #[error("cannot give the socket to group `{group}`")]
    Group { group: String, source: io::Error },
    #[error("no free port on 127.0.0.1; widen the range of PLUGIN_MIN_PORT and PLUGIN_MAX_PORT")]
    Tcp(#[source] io::Error),
    #[cfg(not(unix))]
    #[error("Unix sockets are not supported on this platform")]
    NoUnixSockets,
}

/// A bound socket. Dropping it unlinks the file.
#[derive(Debug)]
pub enum Listener {
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        file: SocketFile,
        network: Network,
    },
    Tcp {
        listener: TcpListener,
        network: Network,
    },
}

impl Listener {
    /// Binds the socket; must be called inside a Tokio runtime.
    pub fn bind(on: &ListenOn) -> Result<Self, BindError> {
        match on {
            #[cfg(unix)]
            ListenOn::Unix { directory, variable, group } => {
                unix::bind(directory, variable, group.as_deref())
            }
            #[cfg(not(unix))]
            ListenOn::Unix { .. } => Err(BindError::NoUnixSockets),
            ListenOn::Tcp { ports } => bind_tcp(*ports).map_err(|error| {
                let missing = is_descriptor(&error);
                let error = explained(error);
                if missing { BindError::NoDescriptor(error) } else { BindError::Tcp(error) }
            }),
        }
    }

    /// Returns its address, for the handshake line.
    pub fn network(&self) -> &Network {
        match self {
            #[cfg(unix)]
            Self::Unix { network, .. } => network,
            Self::Tcp { network, .. } => network,
        }
    }

    /// Returns what removes the socket's file before the listener is dropped.
    pub fn file(&self) -> SocketFile {
        match self {
            #[cfg(unix)]
            Self::Unix { file, .. } => file.clone(),
            Self::Tcp { .. } => SocketFile::default(),
        }
    }

    /// Returns the next connection.
    pub async fn accept(&self) -> io::Result<Socket> {
        match self {
            #[cfg(unix)]
            Self::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                stream.try_into().map(Socket::Unix)
            }
            Self::Tcp { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Socket::Tcp(stream))
            }
        }
    }
}

/// Services keep clones of the file, and may outlive the listener where a request does not end.
impl Drop for Listener {
    fn drop(&mut self) {
        self.file().remove();
    }
}

fn bind_tcp(ports: Option<(u16, u16)>) -> io::Result<Listener> {
    let (first, last) = ports.unwrap_or((0, 0));
    let mut failure = io::Error::from(io::ErrorKind::AddrInUse);
    for port in first..=last {
        match std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => {
                listener.set_nonblocking(true)?;
                let network = Network::Tcp(listener.local_addr()?.to_string());
                return Ok(Listener::Tcp { listener: TcpListener::from_std(listener)?, network });
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    use std::path::Path;

    use super::*;

    /// The longest path that `sockaddr_un` holds, without its final zero byte.
    const PATH_LIMIT: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

    /// How many names are tried before the directory is considered the problem.
    const TRIES: u32 = 100;

    pub(super) fn bind(
        directory: &Path,
        variable: &'static str,
        group: Option<&str>,
    ) -> Result<Listener, BindError> {
        let failed =
            |source| BindError::Socket { directory: directory.to_owned(), variable, source };
        let mut taken = None;
        for attempt in 0..TRIES {
            let path = directory.join(format!("plugin{}", unique_number(attempt)));
            let text = checked(&path, variable)?;
            match UnixListener::bind(&path) {
                Ok(listener) => {
                    let file = SocketFile::of(path.clone());
                    restrict(&path, group, failed)?;
                    let network = Network::Unix(text);
                    return Ok(Listener::Unix { listener, file, network });
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken = Some(error),
                Err(error) if is_descriptor(&error) => {
                    return Err(BindError::NoDescriptor(explained(error)));
                }
                Err(source) => return Err(failed(source)),
            }
        }
        Err(failed(taken.unwrap_or_else(|| io::ErrorKind::AddrInUse.into())))
    }

    fn checked(path: &Path, variable: &'static str) -> Result<String, BindError> {
        let Some(text) = path.to_str() else {
            let directory = path.parent().unwrap_or(path).to_owned();
            return Err(BindError::PathNotText { directory, variable });
        };
        let path = text.to_owned();
        if path.contains(['|', '\n', '\r']) {
            return Err(BindError::PathNotForLine { path, variable });
        }
        let length = path.len();
        if length > PATH_LIMIT {
            return Err(BindError::PathTooLong { path, length, limit: PATH_LIMIT, variable });
        }
        Ok(path)
    }

    /// Returns a number that no other start in this directory is likely to have chosen. Uniqueness
    /// does not depend on it, since binding fails if the name exists.
    fn unique_number(attempt: u32) -> u32 {
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        nanos ^ std::process::id().rotate_left(12) ^ attempt.rotate_left(24)
    }

    /// Lets only this user connect, or the members of `group` if the server names one.
    fn restrict(
        path: &Path,
        group: Option<&str>,
        not_restricted: impl Fn(io::Error) -> BindError,
    ) -> Result<(), BindError> {
        let mode = match group {
            None => 0o600,
            Some(group) => {
                let failed = |source| BindError::Group { group: group.to_owned(), source };
                chown(path, None, Some(group_id(group)?)).map_err(failed)?;
                0o660
            }
        };
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path, permissions).map_err(not_restricted)
    }

    fn group_id(group: &str) -> Result<u32, BindError> {
        if let Ok(number) = group.parse() {
            return Ok(number);
        }
        match nix::unistd::Group::from_name(group) {
            Ok(Some(found)) => Ok(found.gid.as_raw()),
            Ok(None) => Err(BindError::NoSuchGroup(group.to_owned())),
            Err(errno) => Err(BindError::Group { group: group.to_owned(), source: errno.into() }),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    use super::*;

    fn on(directory: &Path, group: Option<&str>) -> ListenOn {
        let directory = directory.to_owned();
        ListenOn::Unix { directory, variable: "THE_VARIABLE", group: group.map(str::to_owned) }
    }

    #[tokio::test]
    async fn the_socket_file_is_private_and_goes_with_the_listener() {
        let directory = tempfile::tempdir().unwrap();
        let listener = Listener::bind(&on(directory.path(), None)).unwrap();
        let path = listener.network().address().to_owned();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(listener);
        assert!(!Path::new(&path).exists());
    }

    #[tokio::test]
    async fn a_group_may_connect_when_the_server_names_one() {
        let directory = tempfile::tempdir().unwrap();
        let own = std::fs::metadata(directory.path()).unwrap().gid();
        let name = nix::unistd::Group::from_gid(own.into()).unwrap().unwrap().name;
        for group in [own.to_string(), name] {
            let listener = Listener::bind(&on(directory.path(), Some(&group))).unwrap();
            let metadata = std::fs::metadata(listener.network().address()).unwrap();
            assert_eq!((metadata.permissions().mode() & 0o777, metadata.gid()), (0o660, own));
        }
        let unknown = Listener::bind(&on(directory.path(), Some("no-such-group")));
        assert!(matches!(unknown, Err(BindError::NoSuchGroup(_))));
        let left = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(left, 0, "a refused socket leaves no file");
    }

    #[tokio::test]
    async fn a_path_that_does_not_fit_is_refused_with_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let long = directory.path().join("d".repeat(100));
        std::fs::create_dir(&long).unwrap();
        let not_text = directory.path().join(OsStr::from_bytes(b"\xff"));
        let missing = directory.path().join("missing");
        for (wrong, part) in [
            (long, "107"),
            (missing, "cannot create a socket"),
            (not_text, "not valid UTF-8"),
            (directory.path().join("a|b"), "handshake line"),
            (directory.path().join("a\nb"), "handshake line"),
            (directory.path().join("a\rb"), "handshake line"),
        ] {
            let text = Listener::bind(&on(&wrong, None)).unwrap_err().to_string();
            assert!(text.contains(part) && text.contains("set THE_VARIABLE to a"), "{text}");
            assert!(!text.contains('\n'), "one line: {text}");
        }
    }

    #[tokio::test]
    async fn tcp_takes_the_first_free_port_of_the_range() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let full = Listener::bind(&ListenOn::Tcp { ports: Some((port, port)) });
        assert!(matches!(full, Err(BindError::Tcp(_))));
        let free = Listener::bind(&ListenOn::Tcp { ports: None }).unwrap();
        assert!(free.network().address().starts_with("127.0.0.1:"));
        assert_eq!(free.network().name(), "tcp");
    }
}

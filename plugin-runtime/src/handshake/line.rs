//! The handshake line: the first and only line that a plugin prints on stdout.
//!
//! `1|5|unix|<socket path>|grpc|<certificate>`, and a seventh field if the server asks for it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The version of the line's own format.
const CORE_VERSION: &str = "1";

/// The address of a plugin, or of a brokered service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// A Unix socket, by its path.
    Unix(String),
    /// `ip:port`.
    Tcp(String),
}

impl Network {
    /// Returns the network's name on the wire: `unix` or `tcp`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }

    /// Returns the address: a path or `ip:port`.
    pub fn address(&self) -> &str {
        match self {
            Self::Unix(address) | Self::Tcp(address) => address,
        }
    }

    /// Parses the name and the address of a network as they are on the wire.
    ///
    /// # Errors
    ///
    /// Fails if the name is neither `unix` nor `tcp`.
    pub fn parse(name: &str, address: &str) -> Result<Self, LineError> {
        match name {
            "unix" => Ok(Self::Unix(address.to_owned())),
            "tcp" => Ok(Self::Tcp(address.to_owned())),
            _ => Err(LineError::Network(shortened(name))),
        }
    }
}

/// The information that a plugin prints for its server on stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandshakeLine {
    /// The protocol version that the plugin chose.
    pub protocol_version: u32,
    /// The address that it listens on.
    pub network: Network,
    /// Its certificate in DER; empty without TLS.
    pub certificate: Vec<u8>,
    /// Whether brokered connections share the first one. `None` omits the field, as servers that
    /// did not ask for it require.
    pub broker_multiplexing: Option<bool>,
}

/// Reasons why a line is not a handshake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// Fewer than four fields: the program printed something else.
    #[error("not a handshake line (fewer than four fields): `{0}`")]
    Fields(String),
    /// The line has another format.
    #[error("the handshake line has core version `{0}`; only 1 is known")]
    Core(String),
    /// The protocol version is not a number.
    #[error("the handshake line's protocol version is not a number: `{0}`")]
    Protocol(String),
    /// Neither `unix` nor `tcp`.
    #[error("unknown network `{0}`: neither unix nor tcp")]
    Network(String),
    /// The wire format is not gRPC.
    #[error("the plugin speaks `{0}`; only grpc is supported")]
    Wire(String),
    /// The certificate is not standard base64 without padding.
    #[error("the handshake line's certificate is not unpadded base64")]
    Certificate,
}

impl HandshakeLine {
    /// Creates a line for `version` at `network`, without TLS and without the seventh field.
    pub fn new(protocol_version: u32, network: Network) -> Self {
        Self { protocol_version, network, certificate: Vec::new(), broker_multiplexing: None }
    }

    /// Parses a line as a server does: surrounding white space is ignored.
    ///
    /// # Errors
    ///
    /// Fails if the line is not a handshake, or one for another kind of server.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        let fields: Vec<&str> = line.trim().split('|').collect();
        let [core, protocol, network, address, rest @ ..] = fields.as_slice() else {
            return Err(LineError::Fields(shortened(line)));
        };
        if *core != CORE_VERSION {
            return Err(LineError::Core(shortened(core)));
        }
        let protocol_version =
            protocol.parse().map_err(|_| LineError::Protocol(shortened(protocol)))?;
        let network = Network::parse(network, address)?;
        match rest.first() {
            Some(&"grpc") => {}
            other => {
                let wire = other.map_or("netrpc".to_owned(), |wire| shortened(wire));
                return Err(LineError::Wire(wire));
            }
        }
        let certificate = match rest.get(1) {
            None => Vec::new(),
            Some(text) => STANDARD_NO_PAD.decode(text).map_err(|_| LineError::Certificate)?,
        };
        let broker_multiplexing = rest.get(2).map(|field| *field == "true");
        Ok(Self { protocol_version, network, certificate, broker_multiplexing })
    }
}

impl fmt::Display for HandshakeLine {
    /// Formats the line, without its end of line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{CORE_VERSION}|{}|{}|{}|grpc|{}",
            self.protocol_version,
            self.network.name(),
            self.network.address(),
            STANDARD_NO_PAD.encode(&self.certificate),
        )?;
        match self.broker_multiplexing {
            None => Ok(()),
            Some(multiplexing) => write!(f, "|{multiplexing}"),
        }
    }
}

/// Returns the start of a text from outside, short enough for an error message.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_fields_even_without_tls_and_a_seventh_only_when_asked_for() {
        let mut line = HandshakeLine::new(5, Network::Unix("/tmp/plugin1".to_owned()));
        assert_eq!(line.to_string(), "1|5|unix|/tmp/plugin1|grpc|");
        line.broker_multiplexing = Some(false);
        assert_eq!(line.to_string(), "1|5|unix|/tmp/plugin1|grpc||false");
    }

    #[test]
    fn the_certificate_is_standard_base64_without_padding() {
        let mut line = HandshakeLine::new(5, Network::Tcp("127.0.0.1:10000".to_owned()));
        line.certificate = vec![0xfb, 0xff, 0xfe, 0x01];
        assert_eq!(line.to_string(), "1|5|tcp|127.0.0.1:10000|grpc|+//+AQ");
    }

    #[test]
    fn a_printed_line_reads_back() {
        for multiplexing in [None, Some(true), Some(false)] {
            let mut line = HandshakeLine::new(5, Network::Unix("/tmp/plugin1".to_owned()));
            line.certificate = vec![7; 300];
            line.broker_multiplexing = multiplexing;
            assert_eq!(HandshakeLine::parse(&format!("  {line}\r\n")), Ok(line));
        }
    }

    #[test]
    fn what_is_not_a_handshake_is_refused_with_its_reason() {
        let long = "x".repeat(100_000);
        for (line, expected) in [
            ("hello", LineError::Fields("hello".to_owned())),
            ("", LineError::Fields(String::new())),
            (&long, LineError::Fields("x".repeat(80))),
            ("2|5|unix|/s|grpc|", LineError::Core("2".to_owned())),
            ("1|five|unix|/s|grpc|", LineError::Protocol("five".to_owned())),
            ("1|5|udp|/s|grpc|", LineError::Network("udp".to_owned())),
            ("1|5|unix|/s", LineError::Wire("netrpc".to_owned())),
            ("1|5|unix|/s|netrpc|", LineError::Wire("netrpc".to_owned())),
            ("1|5|unix|/s|grpc|AQ==", LineError::Certificate),
        ] {
            assert_eq!(HandshakeLine::parse(line), Err(expected), "{line}");
        }
    }
}

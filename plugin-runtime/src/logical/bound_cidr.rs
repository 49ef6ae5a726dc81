//! The addresses that a token is bound to.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// How many characters of a refused entry its error quotes.
const MAX_QUOTED: usize = 64;

/// An address, or a range of them, to which a token is bound; servers also accept the path of a
/// Unix socket.
///
/// A single entry that the server cannot parse would fail the whole answer, so only valid ones can
/// be created. They are written as servers write them: `1.2.3.4/32` becomes `1.2.3.4`, IPv6 is
/// lower case and shortened, and an address may have a port, which is ignored. As a field it is
/// text.
///
/// ```
/// use plugin_runtime::BoundCidr;
///
/// assert_eq!("10.0.0.0/8".parse::<BoundCidr>()?.to_string(), "10.0.0.0/8");
/// assert_eq!("2001:DB8:0::1/128".parse::<BoundCidr>()?.to_string(), "2001:db8::1");
/// assert!("10.0.0.0/33".parse::<BoundCidr>().is_err());
/// # Ok::<(), plugin_runtime::BoundCidrError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct BoundCidr(String);

/// The text is not an IP address, with or without a prefix length or a port, nor the path of a
/// socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "error parsing address {0:?}: write an IP address, a CIDR block or the absolute path of a Unix \
     socket"
)]
pub struct BoundCidrError(String);

impl BoundCidr {
    /// Creates an entry from a server's text, which is therefore valid to it.
    #[doc(hidden)]
    pub fn from_wire(text: String) -> Self {
        Self(text)
    }

    /// Returns the address or block as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether an address equals this one or is in this block. The path of a socket
    /// contains no address, and an IPv4 address that is mapped into IPv6 counts as IPv4.
    ///
    /// ```
    /// use plugin_runtime::BoundCidr;
    ///
    /// let office: BoundCidr = "10.1.0.0/16".parse()?;
    /// assert!(office.contains("10.1.2.3".parse()?));
    /// assert!(office.contains("::ffff:10.1.2.3".parse()?));
    /// assert!(!office.contains("10.2.0.1".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains(&self, address: IpAddr) -> bool {
        let Some(block) = Block::parse(&self.0) else { return false };
        match (block.address, address.to_canonical()) {
            (IpAddr::V4(block_address), IpAddr::V4(address)) => {
                let bits = u32::from(block_address) ^ u32::from(address);
                bits.checked_shr(32 - u32::from(block.length)).unwrap_or(0) == 0
            }
            (IpAddr::V6(block_address), IpAddr::V6(address)) => {
                let bits = u128::from(block_address) ^ u128::from(address);
                bits.checked_shr(128 - u32::from(block.length)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    /// Returns whether a request from `remote_addr` is from one of these blocks, or whether there
    /// are none. The address may have a port; one that cannot be parsed is in no block. This is
    /// Go's `cidrutil.RemoteAddrIsOk`.
    ///
    /// ```
    /// use plugin_runtime::BoundCidr;
    ///
    /// let bound = ["10.0.0.0/8".parse::<BoundCidr>()?];
    /// assert!(BoundCidr::admit(&bound, "10.9.9.9:51000"));
    /// assert!(!BoundCidr::admit(&bound, "192.0.2.1"));
    /// assert!(BoundCidr::admit(&[], "192.0.2.1"));
    /// # Ok::<(), plugin_runtime::BoundCidrError>(())
    /// ```
    pub fn admit(bound: &[Self], remote_addr: &str) -> bool {
        if bound.is_empty() {
            return true;
        }
        let block = Block::parse(remote_addr).filter(|block| block.is_address());
        block.is_some_and(|block| bound.iter().any(|one| one.contains(block.address)))
    }
}

/// An IP address with the length of its prefix.
struct Block {
    address: IpAddr,
    length: u8,
    /// Zero for none.
    port: u16,
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Some(Self::of(socket.ip(), None, socket.port()));
        }
        if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Some(Self::of(IpAddr::V6(address.parse().ok()?), None, 0));
        }
        let Some((address, length)) = text.split_once('/') else {
            return Some(Self::of(text.parse().ok()?, None, 0));
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let digits = (1..=3).contains(&length.len()) && length.bytes().all(|b| b.is_ascii_digit());
        let length: u8 = length.parse().ok().filter(|length| digits && *length <= most)?;
        Some(Self::of(address, Some(length), 0))
    }

    fn of(address: IpAddr, length: Option<u8>, port: u16) -> Self {
        let canonical = address.to_canonical();
        let length = match (canonical, address, length) {
            (IpAddr::V4(_), IpAddr::V6(_), Some(length)) => match length.checked_sub(96) {
                Some(length) => length,
                // The block is wider than the range of mapped addresses.
                None => return Self { address, length, port },
            },
            (_, _, Some(length)) => length,
            (IpAddr::V4(_), _, None) => 32,
            (IpAddr::V6(_), _, None) => 128,
        };
        Self { address: canonical, length, port }
    }

    fn is_address(&self) -> bool {
        self.length == if self.address.is_ipv4() { 32 } else { 128 }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_address(), self.port) {
            (true, 0) => self.address.fmt(f),
            (true, port) => SocketAddr::new(self.address, port).fmt(f),
            (false, _) => write!(f, "{}/{}", self.address, self.length),
        }
    }
}

impl FromStr for BoundCidr {
    type Err = BoundCidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 1 && text.starts_with('/') {
            return Ok(Self(text.to_owned()));
        }
        match Block::parse(text) {
            Some(block) => Ok(Self(block.to_string())),
            None => Err(BoundCidrError(text.chars().take(MAX_QUOTED).collect())),
        }
    }
}

impl fmt::Display for BoundCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BoundCidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for BoundCidr {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "BoundCidr".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Go's `parseutil.ParseAddrs` writes them, recorded from version 0.25.1 of Vault's SDK.
    #[test]
    fn entries_are_written_as_servers_write_them() {
        for (given, written) in [
            ("1.2.3.4", "1.2.3.4"),
            ("1.2.3.4/32", "1.2.3.4"),
            ("1.2.3.4/24", "1.2.3.4/24"),
            ("1.2.3.4/0", "1.2.3.4/0"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.0/08", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("2001:db8::1/64", "2001:db8::1/64"),
            ("2001:db8:0:0:0:0:0:1/128", "2001:db8::1"),
            ("2001:db8::1:80", "2001:db8::1:80"),
            ("0:0:0:0:0:0:0:0", "::"),
            ("::/0", "::/0"),
            ("::1/128", "::1"),
            ("::ffff:1.2.3.4", "1.2.3.4"),
            ("::ffff:1.2.3.4/120", "1.2.3.4/24"),
            ("1.2.3.4:80", "1.2.3.4:80"),
            ("1.2.3.4:0", "1.2.3.4"),
            ("[::1]", "::1"),
            ("[::1]:0", "::1"),
            ("[::1]:80", "[::1]:80"),
            ("/run/s", "/run/s"),
        ] {
            let parsed: BoundCidr = given.parse().unwrap();
            assert_eq!(parsed.as_str(), written, "{given}");
            assert_eq!(written.parse(), Ok(parsed), "{given}");
        }
        // Go takes any text with a slash for the path of a socket, `10.0.0.0/33` too.
        for bad in [
            "",
            "/",
            " 1.2.3.4",
            "localhost",
            "run/s",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/0008",
            "10/8",
            "::/129",
            "fe80::1%eth0",
            "01.2.3.4",
            "1.2.3",
            "1.2.3.4:65536",
            "1.2.3.4/24:80",
            "[::1/64]:8",
            "*",
            "10.0.0.0/255.0.0.0",
            "[1.2.3.4]",
        ] {
            assert!(bad.parse::<BoundCidr>().is_err(), "{bad}");
        }
        let long = "x".repeat(1 << 20).parse::<BoundCidr>().unwrap_err().to_string();
        assert!(long.len() < 200, "{long}");
    }

    /// Follows Go's `cidrutil.RemoteAddrIsOk`, except that a block is not an address.
    #[test]
    fn blocks_admit_what_they_admit_in_go() {
        let remotes = [
            "1.2.3.4",
            "1.2.3.9",
            "1.2.3.4:80",
            "1.2.3.4:81",
            "10.9.9.9",
            "2001:db8::5",
            "[2001:db8::5]:9",
            "::1",
            "[::1]:80",
            "::ffff:1.2.3.4",
            "::ffff:10.1.1.1",
            "/run/s",
            "",
            "host",
            "1.2.3.0/24",
            "@",
        ];
        let one = ["1.2.3.4", "1.2.3.4:80", "1.2.3.4:81", "::ffff:1.2.3.4"].as_slice();
        let few = &["1.2.3.4", "1.2.3.9", "1.2.3.4:80", "1.2.3.4:81", "::ffff:1.2.3.4"];
        let all: &[&str] = &[
            "1.2.3.4",
            "1.2.3.9",
            "1.2.3.4:80",
            "1.2.3.4:81",
            "10.9.9.9",
            "::ffff:1.2.3.4",
            "::ffff:10.1.1.1",
        ];
        for (bound, admitted) in [
            ("1.2.3.4", one),
            ("1.2.3.4:80", one),
            ("::ffff:1.2.3.4", one),
            ("1.2.3.0/24", few),
            ("1.2.3.4/24", few),
            ("10.0.0.0/8", &["10.9.9.9", "::ffff:10.1.1.1"]),
            ("2001:db8::/32", &["2001:db8::5", "[2001:db8::5]:9"]),
            ("::1", &["::1", "[::1]:80"]),
            ("[::1]:80", &["::1", "[::1]:80"]),
            ("::ffff:0:0/96", all),
            ("0.0.0.0/0", all),
            ("::/0", &["2001:db8::5", "[2001:db8::5]:9", "::1", "[::1]:80"]),
            ("/run/s", &[]),
        ] {
            let bound = [bound.parse::<BoundCidr>().unwrap()];
            let found: Vec<&str> =
                remotes.into_iter().filter(|remote| BoundCidr::admit(&bound, remote)).collect();
            assert_eq!(found, admitted, "{bound:?}");
        }
        assert!(remotes.iter().all(|remote| BoundCidr::admit(&[], remote)));
        let kept = BoundCidr::from_wire("not an address".to_owned());
        assert!(!kept.contains(IpAddr::from([1, 2, 3, 4])));
    }
}

//! The shared key pair of protocols 3 and 4: the plugin gets it from its server's API, once, for the
//! token that it finds in its environment.
//!
//! The server shows its operator no cause when this fails; the plugin's one line in the log is all that
//! they have. So each failure says what to do.

mod answer;
mod api_address;
mod exchange;
mod token;

use std::time::Duration;

use super::SharedPair;
use super::tls::{ApiArguments, ApiTls, ApiTlsError, TlsError};
use crate::handshake::UnwrapToken;
use answer::Answer;
use api_address::ApiAddress;
use token::{Claims, TokenError};

/// How often the server's API is dialled before it counts as out of reach.
const ATTEMPTS: u32 = 3;

/// The time between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// How long one attempt may take, from the search for the address to the last byte of the answer. All of
/// them together end before the server gives the plugin up, which it does after 60 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many times a redirection is followed, as by a Go plugin.
const REDIRECTIONS: u32 = 1;

/// Why the plugin could not get the key pair.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnwrapError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(
        "the server's api_addr is not set, and this plugin gets its key pair from there; set api_addr in \
         the server's configuration (or VAULT_API_ADDR) to the address of its API, and restart it"
    )]
    NoAddress,
    #[error(
        "the server's api_addr `{0}` is not an address such as https://vault.example.com:8200; correct it"
    )]
    Address(String),
    #[error(transparent)]
    ApiTls(#[from] ApiTlsError),
    #[error(
        "cannot connect to {address}, the server's api_addr; check that it is right and can be reached from \
         the server's own machine"
    )]
    Connect { address: ApiAddress, source: std::io::Error },
    #[error("TLS with {address}, the server's api_addr, failed; {advice}")]
    Tls { address: ApiAddress, advice: &'static str, source: std::io::Error },
    #[error(
        "{address}, the server's api_addr, did not answer within {} s; check that it is right",
        ATTEMPT_TIMEOUT.as_secs()
    )]
    Timeout { address: ApiAddress },
    #[error("the connection to {address}, the server's api_addr, broke")]
    Broken { address: ApiAddress, source: std::io::Error },
    #[error(
        "{address}, the server's api_addr, redirects to `{to}`; set api_addr to the address of the server itself"
    )]
    Redirected { address: ApiAddress, to: String },
    #[error(
        "the server at {address} refuses the unwrap token (`{text}`): it can be used once, within 60 s. \
         Repeat the request; if it fails again, check that api_addr is the address of this very server{clock}"
    )]
    Refused { address: ApiAddress, text: String, clock: &'static str },
    #[error(
        "{address}, the server's api_addr, answered with status {status}{text}; check that it is right"
    )]
    Status { address: ApiAddress, status: u16, text: String },
    #[error(
        "{address}, the server's api_addr, did not answer as Vault or OpenBao does; check that it is right"
    )]
    NotAServer { address: ApiAddress },
    #[error(transparent)]
    Pair(#[from] TlsError),
}

impl UnwrapError {
    /// Returns whether the token is unused and another attempt may succeed.
    fn may_pass(&self) -> bool {
        match self {
            Self::Connect { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

/// Gets the key pair. `arguments` says whom to trust where the API speaks TLS.
pub(crate) async fn unwrap(
    token: &UnwrapToken,
    arguments: &ApiArguments,
) -> Result<SharedPair, UnwrapError> {
    let claims = Claims::of(token)?;
    let address = ApiAddress::of(&claims)?;
    let mut attempt = 1;
    loop {
        match ask(&address, token, arguments, &claims).await {
            Err(error) if error.may_pass() && attempt < ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}

async fn ask(
    address: &ApiAddress,
    token: &UnwrapToken,
    arguments: &ApiArguments,
    claims: &Claims,
) -> Result<SharedPair, UnwrapError> {
    let mut address = address.clone();
    for _ in 0..=REDIRECTIONS {
        let tls = if address.is_https() { Some(ApiTls::new(arguments)?) } else { None };
        let exchange = exchange::exchange(&address, token, tls.as_ref());
        let answer = tokio::time::timeout(ATTEMPT_TIMEOUT, exchange)
            .await
            .map_err(|_| UnwrapError::Timeout { address: address.clone() })??;
        match answer {
            Answer::Pair { certificate, key } => return Ok(SharedPair::new(&certificate, &key)?),
            Answer::Refused(text) => {
                let clock = claims.clock_advice();
                return Err(UnwrapError::Refused { address, text, clock });
            }
            Answer::Status { status, text } => {
                return Err(UnwrapError::Status { address, status, text });
            }
            Answer::Other => return Err(UnwrapError::NotAServer { address }),
            Answer::Elsewhere(to) => match address.redirected(&to) {
                Some(next) => address = next,
                None => return Err(UnwrapError::Redirected { address, to }),
            },
        }
    }
    Err(UnwrapError::NotAServer { address })
}

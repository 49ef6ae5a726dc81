//! Which library does the arithmetic, chosen by the crate's features.

use rustls::crypto::CryptoProvider;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("plugin-runtime needs a TLS provider: enable its feature `ring` or `aws-lc-rs`");

/// AWS-LC, which knows P-521 by itself.
#[cfg(feature = "aws-lc-rs")]
pub(super) fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

/// ring, put together of what two ends of AutoMTLS can need.
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(super) fn provider() -> CryptoProvider {
    super::ring::provider()
}

/// Only there so that a build without a provider shows one error and not twenty.
#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
pub(super) fn provider() -> CryptoProvider {
    loop {}
}

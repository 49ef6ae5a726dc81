//! Which library does the arithmetic, chosen by the crate's features.

use rustls::crypto::CryptoProvider;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("plugin-runtime needs a TLS provider: enable its feature `ring` or `aws-lc-rs`");

/// Returns AWS-LC, which supports P-521.
#[cfg(feature = "aws-lc-rs")]
pub(super) fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

/// Returns ring, with the algorithms that AutoMTLS needs.
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(super) fn provider() -> CryptoProvider {
    super::ring::provider()
}

/// Keeps a build without a provider at one error instead of twenty.
#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
pub(super) fn provider() -> CryptoProvider {
    loop {}
}

//! Selects the cryptographic library by the crate's features.

use rustls::crypto::CryptoProvider;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("plugin-runtime needs a TLS provider: enable its feature `ring` or `aws-lc-rs`");

/// Returns the algorithms of TLS 1.3, for AutoMTLS.
pub(super) fn for_auto_mtls() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
    return super::ring::for_auto_mtls();
    // Keeps a build without a provider at one error instead of twenty.
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    loop {}
}

/// Returns all that a client of the server's API may meet, which is what a client of the web may.
pub(super) fn for_api() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
    return super::ring::for_api();
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    loop {}
}

/// Returns those of TLS 1.2 as well, for servers of protocols 3 and 4.
pub(super) fn for_shared_pair() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
    return super::ring::for_shared_pair();
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    loop {}
}

//! What a process is started for. Of protocols 3 and 4, servers start one that only says what it
//! is, and one for each mount.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Launch, LaunchError, SharedKey};
use plugin_runtime::__private::transport::{SharedPair, Tls};

/// The protocol versions of servers from before 2022, and of the fallback of later ones.
pub(crate) const OLDER_VERSIONS: [u32; 2] = [3, 4];

/// What a process is started for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// Protocol 5: mounts, over mutual TLS with certificates of both sides.
    Mounts,
    /// Protocol 3 or 4: to be asked for its type and special paths, in plaintext.
    Metadata,
    /// Protocol 3 or 4: one mount, over mutual TLS with the key that the plugin gets for this token.
    OneMount(UnwrapToken),
}

/// The token for which a plugin gets the key that it shares with the host.
#[derive(Clone)]
pub(crate) struct UnwrapToken {
    text: Zeroizing<String>,
    key: Arc<SharedKey>,
}

impl UnwrapToken {
    pub(crate) fn new(text: Zeroizing<String>, key: Arc<SharedKey>) -> Self {
        Self { text, key }
    }

    /// Returns the token as the plugin finds it in its environment.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the key that the token stands for.
    #[cfg(test)]
    pub(crate) fn key(&self) -> &SharedKey {
        &self.key
    }

    pub(super) fn tls(&self) -> Result<Tls, LaunchError> {
        let pair = SharedPair::new(self.key.certificate(), self.key.key());
        pair.and_then(|pair| Tls::with_shared_pair(&pair)).map_err(LaunchError::tls)
    }
}

impl fmt::Debug for UnwrapToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnwrapToken").finish_non_exhaustive()
    }
}

impl Launch {
    /// Returns whether a process of protocol 5 is wanted at all.
    pub(crate) fn offers_5(&self) -> bool {
        !self.protocol_versions.iter().all(|version| OLDER_VERSIONS.contains(version))
    }

    /// Returns the launch of a process that only says what it is.
    #[must_use]
    pub(crate) fn for_metadata(self) -> Self {
        self.older(Purpose::Metadata)
    }

    /// Returns the launch of a process for one mount.
    #[must_use]
    pub(crate) fn for_one_mount(self, token: UnwrapToken) -> Self {
        self.older(Purpose::OneMount(token))
    }

    fn older(mut self, purpose: Purpose) -> Self {
        if self.offers_5() {
            self.protocol_versions = OLDER_VERSIONS.to_vec();
        }
        self.purpose = purpose;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_3_and_4_alone_leave_protocol_5_out() {
        for (versions, offers_5) in [
            (vec![5], true),
            (vec![99], true),
            (vec![4, 5], true),
            (vec![3, 4], false),
            (vec![4], false),
        ] {
            let launch = Launch::new("plugin").protocol_versions(versions.clone());
            assert_eq!(launch.offers_5(), offers_5, "{versions:?}");
            let offered = launch.for_metadata().protocol_versions;
            let expected = if offers_5 { OLDER_VERSIONS.to_vec() } else { versions };
            assert_eq!(offered, expected);
        }
    }

    #[test]
    fn the_key_that_is_shared_sets_up_tls() {
        let key = Arc::new(SharedKey::generate().unwrap());
        let token = UnwrapToken::new(Zeroizing::new("token".to_owned()), key);
        let tls = token.tls().unwrap();
        assert!(uuid::Uuid::parse_str(tls.origin().host().unwrap()).is_ok(), "{tls:?}");
    }
}

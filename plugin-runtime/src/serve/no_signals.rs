//! Signals, on a system where none reach a plugin.

use std::convert::Infallible;
use std::io;

/// A signal at which the plugin exits: there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending(Infallible);

impl Ending {
    /// Returns the signal's name.
    pub(super) fn name(self) -> String {
        match self.0 {}
    }

    /// Returns whether the sender wanted the plugin to end.
    pub(super) fn is_orderly(self) -> bool {
        match self.0 {}
    }
}

/// The handling of all signals.
#[derive(Debug)]
pub(super) struct Signals;

impl Signals {
    /// Does nothing.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Does nothing.
    pub(super) fn listen_for_real_time(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Waits forever: there are no signals.
    pub(super) async fn ending(&mut self) -> Ending {
        std::future::pending().await
    }
}

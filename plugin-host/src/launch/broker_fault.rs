//! A broker that misbehaves, for tests of plugins.

use std::time::Duration;

/// What is wrong with the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BrokerFault {
    /// Nothing.
    #[default]
    None,
    /// Each announcement is late by this much. A plugin waits for five seconds.
    Late(Duration),
    /// Nothing is ever announced.
    Dead,
}

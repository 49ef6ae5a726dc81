//! The broker's state: the addresses of brokered services.
//!
//! A server announces a number with its address on the broker stream, and names the number in a
//! call of its own (`Setup`). Either may arrive first. This is the state between the two, without
//! I/O and with the time as an argument; [`crate::rpc`] moves the messages.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::handshake::Network;

/// How long an announcement and the call that names it may be apart. The Go implementation's
/// constant.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How many announcements are kept for calls that have not arrived yet. A server sets up one mount
/// at a time, so an honest one never reaches this.
const MOST_KEPT: usize = 1024;

/// What happens to an announcement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Announced<W> {
    /// A call waits for it: pass it on.
    Deliver(W, Network),
    /// Kept until a call asks for it, for [`PATIENCE`] at most.
    Kept,
    /// Thrown away: the number has one already, or too many are kept.
    Dropped,
}

/// The state of a query for a number's address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It was announced before.
    Ready(Network),
    /// Not yet; the waiter is kept.
    Waiting,
}

/// Announcements without a call, and calls without an announcement. `W` is what the shell uses to
/// wake a waiting call.
#[derive(Debug)]
pub(crate) struct Broker<W> {
    announced: HashMap<u32, (Network, Instant)>,
    waiting: HashMap<u32, W>,
}

impl<W> Broker<W> {
    pub(crate) fn new() -> Self {
        Self { announced: HashMap::new(), waiting: HashMap::new() }
    }

    /// Records where `id` listens.
    pub(crate) fn announce(&mut self, id: u32, network: Network, now: Instant) -> Announced<W> {
        self.expire(now);
        if let Some(waiter) = self.waiting.remove(&id) {
            return Announced::Deliver(waiter, network);
        }
        if self.announced.contains_key(&id) || self.announced.len() >= MOST_KEPT {
            return Announced::Dropped;
        }
        self.announced.insert(id, (network, now));
        Announced::Kept
    }

    /// Registers a call that wants the address of `id`. A second waiter for the same number
    /// replaces the first.
    pub(crate) fn ask(&mut self, id: u32, waiter: W, now: Instant) -> Asked {
        self.expire(now);
        match self.announced.remove(&id) {
            Some((network, _)) => Asked::Ready(network),
            None => {
                self.waiting.insert(id, waiter);
                Asked::Waiting
            }
        }
    }

    /// Forgets the call that asked for `id` and no longer waits.
    pub(crate) fn give_up(&mut self, id: u32) {
        self.waiting.remove(&id);
    }

    fn expire(&mut self, now: Instant) {
        self.announced.retain(|_, (_, since)| now.duration_since(*since) < PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str) -> Network {
        Network::Unix(name.to_owned())
    }

    #[test]
    fn the_announcement_may_come_first() {
        let mut broker = Broker::new();
        let now = Instant::now();
        assert_eq!(broker.announce(1, network("/a"), now), Announced::Kept);
        assert_eq!(broker.ask(1, "waiter", now), Asked::Ready(network("/a")));
        assert_eq!(broker.ask(1, "waiter", now), Asked::Waiting, "it is handed out once");
    }

    #[test]
    fn the_call_may_come_first() {
        let mut broker = Broker::new();
        let now = Instant::now();
        assert_eq!(broker.ask(7, "waiter", now), Asked::Waiting);
        assert_eq!(broker.announce(8, network("/b"), now), Announced::Kept);
        let delivered = Announced::Deliver("waiter", network("/a"));
        assert_eq!(broker.announce(7, network("/a"), now), delivered);
    }

    #[test]
    fn an_announcement_is_forgotten_after_five_seconds() {
        let mut broker = Broker::new();
        let now = Instant::now();
        broker.announce(1, network("/a"), now);
        let last = now + PATIENCE - Duration::from_millis(1);
        assert_eq!(broker.announce(1, network("/b"), last), Announced::Dropped);
        assert_eq!(broker.ask(1, "waiter", now + PATIENCE), Asked::Waiting);
    }

    #[test]
    fn who_gives_up_is_not_waited_for() {
        let mut broker = Broker::new();
        let now = Instant::now();
        broker.ask(1, "waiter", now);
        broker.give_up(1);
        assert_eq!(broker.announce(1, network("/a"), now), Announced::Kept);
    }

    #[test]
    fn a_flood_of_announcements_does_not_grow_memory() {
        let mut broker: Broker<()> = Broker::new();
        let now = Instant::now();
        for id in 1..=10_000 {
            broker.announce(id, network("/a"), now);
        }
        assert_eq!(broker.announced.len(), MOST_KEPT);
        assert_eq!(broker.announce(1, network("/a"), now + PATIENCE), Announced::Kept);
        assert_eq!(broker.announced.len(), 1);
    }
}

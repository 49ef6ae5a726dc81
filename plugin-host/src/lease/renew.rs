//! Renewal.

use std::time::Duration;

use super::{Entry, LeaseCalls, LeaseError, Leases, set_ttl, whole_seconds};
use crate::answer::{Access, Answer, AnswerLease, Asked, Routed};
use plugin_runtime::__private::wire::{duration_from_wire, duration_to_wire};
use plugin_runtime::Operation;
use plugin_runtime::framework::TtlTerms;

impl Leases {
    /// Renews a lease by the requested increment, as far as it is allowed, and answers as the server's
    /// `sys/leases/renew` does. Zero means no increment.
    pub(crate) async fn renew(
        &self,
        calls: &dyn LeaseCalls,
        id: &str,
        increment: Duration,
    ) -> Answer {
        match self.try_renew(calls, id, increment).await {
            Ok(answer) => answer,
            Err(error) => error.answer(),
        }
    }

    async fn try_renew(
        &self,
        calls: &dyn LeaseCalls,
        id: &str,
        increment: Duration,
    ) -> Result<Answer, LeaseError> {
        let _turn = self.turn(id).await.ok_or(LeaseError::NotFound)?;
        let entry = self.entries.lock().get(id).cloned().ok_or(LeaseError::NotFound)?;
        entry.check_renewable(self.clock.now())?;
        let limits = calls.ttl_limits(&entry.mount).ok_or(LeaseError::NoMount)?;

        let reply = calls.call(&entry.mount, renewal(&entry, increment)).await;
        let routed = Routed::of(reply);
        if let Some(text) = routed.failure() {
            return Err(LeaseError::Renew(text.to_owned()));
        }
        // A plugin that answers without the secret has renewed nothing, and the client is not told.
        let Some(mut secret) = routed.secret().cloned() else {
            return Ok(Answer::empty(204));
        };

        let now = self.clock.now();
        let options = secret.lease_options.unwrap_or_default();
        let terms = TtlTerms {
            increment,
            ttl: duration_from_wire(options.ttl),
            max_ttl: duration_from_wire(options.max_ttl),
            issued: Some(entry.issued),
            ..TtlTerms::default()
        };
        let found = terms.within(limits, now)?;
        set_ttl(&mut secret, found.ttl);
        secret.lease_id = id.to_owned();

        let asked = Asked { operation: Operation::Update, access: Access::Token, wrap_ttl: None };
        let mut answer = routed.answer(asked).answer;
        answer.warnings.extend(found.warnings);
        let renewed = Entry { data: answer.stored_data(), secret, renewed: Some(now), ..entry };
        answer.lease = Some(self.keep(id, renewed, found.ttl));
        Ok(answer)
    }

    fn keep(&self, id: &str, mut entry: Entry, ttl: Duration) -> AnswerLease {
        let now = self.clock.now();
        entry.live_for(ttl, now);
        let lease = AnswerLease {
            id: id.to_owned(),
            duration: whole_seconds(entry.remaining(now)),
            renewable: entry.secret.lease_options.is_some_and(|options| options.renewable),
        };
        // It may have been dropped by force meanwhile, or ended with its token.
        if let Some(known) = self.entries.lock().get_mut(id) {
            let ended = known.ended;
            *known = entry;
            if ended {
                known.end(now);
            }
        }
        lease
    }
}

fn renewal(entry: &Entry, increment: Duration) -> plugin_proto::pb::Request {
    let mut request = entry.request(Operation::Renew);
    if let Some(secret) = &mut request.secret {
        secret.lease_id.clear();
        let options = secret.lease_options.get_or_insert_default();
        options.increment = duration_to_wire(increment);
    }
    request
}

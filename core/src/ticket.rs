//! Requests in flight, and what they tell of their endpoints.

use std::sync::Arc;

use crate::attempt::AttemptView;
use crate::decision::Decision;
use crate::prefix::BlockHashes;
use crate::replay::{Entry, Journal};
use crate::signals::{EndpointCell, Lease};
use crate::state::State;
use crate::units::Nanos;

/// A request in flight. It counts at its endpoint until this is finished or dropped, whatever happens to the endpoint meanwhile, or until its
/// [lease](crate::Options::lease) has lapsed.
#[derive(Debug)]
pub struct Ticket {
    decision: Decision<Arc<State>>,
    /// The attempt under way: 0 for the primary, then the fallbacks.
    attempt: usize,
    cell: Arc<EndpointCell>,
    lease: Lease,
    prompt_tokens: u32,
    has_first_token: bool,
    journal: Option<Arc<dyn Journal>>,
}

impl Ticket {
    pub(crate) fn new(
        decision: Decision,
        hashes: &BlockHashes,
        now: Nanos,
        journal: Option<Arc<dyn Journal>>,
    ) -> Self {
        // A ticket may live for minutes.
        let decision = decision.into_shared();
        let endpoint = decision.choice.attempts.primary().endpoint;
        let cell = Arc::clone(&decision.state.cells[endpoint]);
        let lease = decision.state.plan.leases.lease(now);
        // What the endpoint holds it need not work off.
        let prompt_tokens = decision.prompt_tokens().saturating_sub(decision.cached_tokens());
        for endpoint in [Some(endpoint), decision.choice.before.prefill].into_iter().flatten() {
            if let Some(seat) = &decision.state.seats[endpoint] {
                seat.insert(hashes);
            }
        }
        cell.start(prompt_tokens, lease);
        Self { decision, attempt: 0, cell, lease, prompt_tokens, has_first_token: false, journal }
    }

    /// The decision.
    pub fn decision(&self) -> &Decision<Arc<State>> {
        &self.decision
    }

    /// The first token of the answer came: the prompt is worked off. Renews the lease; a second call does nothing else.
    pub fn first_token(&mut self, now: Nanos) {
        self.tell(|ticket| Entry::FirstToken { now, ticket });
        if !self.has_first_token {
            self.has_first_token = true;
            self.cell.first_token(self.prompt_tokens, self.lease);
        }
        self.extend(now);
    }

    /// The request is still under way. Hosts whose answers stream for longer than the lease call it now and then.
    pub fn renew(&mut self, now: Nanos) {
        self.tell(|ticket| Entry::Renewed { now, ticket });
        self.extend(now);
    }

    fn extend(&mut self, now: Nanos) {
        let lease = self.decision.state.plan.leases.lease(now);
        if lease != self.lease {
            self.leave();
            self.lease = lease;
            self.enter();
        }
    }

    /// The attempt under way failed; the request now counts at the endpoint of the next fallback, which is returned. `None` where there is none left:
    /// the request then counts where it did.
    pub fn fall_back(&mut self, now: Nanos) -> Option<AttemptView<'_>> {
        let next = self.decision.fallbacks().nth(self.attempt)?.attempt.endpoint;
        self.tell(|ticket| Entry::FellBack { now, ticket });
        self.leave();
        self.attempt += 1;
        self.cell = Arc::clone(&self.decision.state.cells[next]);
        self.lease = self.decision.state.plan.leases.lease(now);
        self.has_first_token = false;
        self.enter();
        self.decision.fallbacks().nth(self.attempt - 1)
    }

    /// The endpoint said how many tokens of the prompt it had in its prefix cache (`usage.prompt_tokens_details.cached_tokens`). Kept beside what was
    /// predicted, see [`EndpointView::cached_tokens`](crate::EndpointView).
    pub fn cached_tokens(&self, delivered: u32) {
        self.tell(|ticket| Entry::CachedTokens { ticket, delivered });
        self.cell.cached(self.decision.cached_tokens(), delivered);
    }

    /// The request came to its end. The same as dropping the ticket, said aloud.
    pub fn finish(self) {
        drop(self);
    }

    /// Counts the request at its endpoint.
    fn enter(&self) {
        self.cell.start(self.tokens_left(), self.lease);
    }

    /// Takes the request out of its endpoint's counts.
    fn leave(&self) {
        self.cell.first_token(self.tokens_left(), self.lease);
        self.cell.finish(self.lease);
    }

    fn tell(&self, entry: impl FnOnce(u64) -> Entry) {
        if let Some(journal) = &self.journal {
            journal.record(entry(self.decision.seed()));
        }
    }

    fn tokens_left(&self) -> u32 {
        if self.has_first_token { 0 } else { self.prompt_tokens }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.tell(|ticket| Entry::Finished { ticket });
        self.leave();
    }
}

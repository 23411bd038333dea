//! Requests in flight, and what they tell of their endpoints.

use std::sync::Arc;

use crate::attempt::AttemptView;
use crate::decision::Decision;
use crate::ids::EndpointIx;
use crate::prefix::BlockHashes;
use crate::replay::{Entry, Journal};
use crate::replicas::{ReplicaRequest, Stage};
use crate::signals::{EndpointCell, Lease, Work};
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
    /// What it asks of that endpoint.
    work: Work,
    /// Its number there.
    number: u64,
    /// Hashes of the prompt, for fallbacks and other replicas.
    prompt: Box<[u64]>,
    has_first_token: bool,
    /// Whether the failure of the attempt under way is told already.
    has_failed: bool,
    /// When the attempt under way began.
    began: Nanos,
    /// The latest time that was told.
    seen: Nanos,
    journal: Option<Arc<dyn Journal>>,
}

impl Ticket {
    /// Of a decision on a shared state: a ticket may live for minutes.
    pub(crate) fn new(
        decision: Decision<Arc<State>>,
        hashes: Option<&BlockHashes>,
        now: Nanos,
        journal: Option<Arc<dyn Journal>>,
    ) -> Self {
        let endpoint = decision.choice.attempts.primary().endpoint;
        let cell = Arc::clone(&decision.state.cells[endpoint]);
        let lease = decision.state.plan.leases.lease(now);
        // What the endpoint holds it need not work off.
        let work = Work::new(decision.prompt_tokens(), decision.cached_tokens());
        let prompt = hashes.map(BlockHashes::as_slice).unwrap_or_default().into();
        let number = cell.start(work, now, lease);
        Self {
            decision,
            attempt: 0,
            cell,
            lease,
            work,
            number,
            prompt,
            has_first_token: false,
            has_failed: false,
            began: now,
            seen: now,
            journal,
        }
    }

    /// The decision.
    pub fn decision(&self) -> &Decision<Arc<State>> {
        &self.decision
    }

    /// The attempt under way: the decision's primary, then what [`fall_back`](Self::fall_back) went on to.
    pub fn attempt(&self) -> AttemptView<'_> {
        let fallback =
            self.attempt.checked_sub(1).and_then(|position| self.decision.fallbacks().nth(position));
        fallback.unwrap_or_else(|| self.decision.primary())
    }

    /// The first token of the answer came: the prompt is worked off. Renews the lease; a second call does nothing else.
    pub fn first_token(&mut self, now: Nanos) {
        self.tell(|ticket| Entry::FirstToken { now, ticket });
        if !self.has_first_token {
            self.has_first_token = true;
            self.cell.health().first_token_after(now.since(self.began), now, self.half_life());
            let turned = self.cell.first_token(self.work, Some(self.number), now, self.lease);
            self.measure(turned, now);
        }
        self.extend(now);
    }

    /// Tells how long the endpoint took for the prompt, to which it had turned then at the earliest. Says nothing of a prompt that nobody counted, nor where
    /// others' prompts were in between.
    fn measure(&self, turned: Nanos, now: Nanos) {
        let Some(step) = self.decision.state.plan.scheduling.step_cost() else { return };
        if self.work.prompt() > 0 && !self.cell.has_foreign_prompts() {
            let taken = now.since(turned.max(self.began));
            // It is one of the answers by now.
            let answers = (self.cell.answers() - 1.0).max(0.0);
            let context = (self.cell.backlog().context() - f64::from(self.work.prompt())).max(0.0);
            // Of a prompt that is mostly waiting for steps the time says little of the endpoint.
            let Some(foreseen) = step.of_prompt(self.work, answers, context) else { return };
            self.cell.backlog().pace().measured(taken, foreseen, now, self.half_life());
            if let Some(pool) = self.decision.pool_number() {
                let pool = &self.decision.state.pool_cells[pool];
                pool.typical.measured(taken, foreseen, now);
            }
        }
    }

    /// The request is still under way. Hosts whose answers stream for longer than the lease call it now and then.
    pub fn renew(&mut self, now: Nanos) {
        self.tell(|ticket| Entry::Renewed { now, ticket });
        self.extend(now);
    }

    fn extend(&mut self, now: Nanos) {
        self.seen = self.seen.max(now);
        let lease = self.decision.state.plan.leases.lease(now);
        if lease != self.lease {
            self.cell.leave(self.work, self.has_first_token, self.lease);
            self.lease = lease;
            self.cell.enter(self.work, self.has_first_token, lease);
        }
    }

    /// The attempt under way failed, which counts against its endpoint; the request now counts at the endpoint of the next fallback, which is returned.
    /// `None` where there is none left: the request then counts where it did. The prompt is known to be there too, where the same model is asked for.
    pub fn fall_back(&mut self, now: Nanos) -> Option<AttemptView<'_>> {
        self.tell_failure(now);
        let next = self.decision.fallbacks().nth(self.attempt)?.attempt.endpoint;
        self.tell(|ticket| Entry::FellBack { now, ticket });
        self.leave();
        self.attempt += 1;
        self.cell = Arc::clone(&self.decision.state.cells[next]);
        self.lease = self.decision.state.plan.leases.lease(now);
        self.has_first_token = false;
        self.has_failed = false;
        (self.began, self.seen) = (now, self.seen.max(now));
        self.number = self.cell.start(self.work, now, self.lease);
        self.send_prompt(next);
        self.decision.fallbacks().nth(self.attempt - 1)
    }

    /// The endpoint said how many tokens of the prompt it had in its prefix cache (`usage.prompt_tokens_details.cached_tokens`). Kept beside what was
    /// predicted, see [`EndpointView::cached_tokens`](crate::EndpointView).
    pub fn cached_tokens(&self, delivered: u32) {
        self.tell(|ticket| Entry::CachedTokens { ticket, delivered });
        self.cell.cached(self.decision.cached_tokens(), delivered);
    }

    /// What the host's other replicas need to know to count this request as their own, with event [`ReplicaTold`](crate::Event::ReplicaTold): tell it when the
    /// request is sent, and again, [without its prompt](ReplicaRequest::without_prompt), at the first token and after a fallback; at the end
    /// [`ReplicaRequest::over`]. `number` is the host's, larger with each request of this replica.
    pub fn told(&self, number: u64) -> ReplicaRequest {
        let stage = if self.has_first_token { Stage::Answering } else { Stage::Sent };
        let attempt = u8::try_from(self.attempt).unwrap_or(u8::MAX);
        let endpoint = self.decision.state.endpoints[self.endpoint()].id();
        ReplicaRequest::of(number, attempt, stage, endpoint, self.work, self.sent_prompt())
    }

    /// The endpoint of the attempt under way.
    fn endpoint(&self) -> EndpointIx {
        let attempts = &self.decision.choice.attempts;
        attempts.fallbacks().get(self.attempt.wrapping_sub(1)).unwrap_or(attempts.primary()).endpoint
    }

    /// The request came to its end, and was answered. A ticket that is dropped instead counts as cancelled, which says nothing of its endpoint.
    pub fn finish(self) {
        self.answered();
    }

    pub(crate) fn answered(&self) {
        self.tell(|ticket| Entry::Answered { ticket });
        self.cell.health().succeeded(self.seen, self.half_life());
    }

    /// The request failed by its endpoint's fault, and no fallback is left or tried: no connection, no answer in time, a status of 500 or more.
    pub fn fail(mut self, now: Nanos) {
        self.tell_failure(now);
    }

    /// Counts the failure of the attempt under way, once.
    pub(crate) fn tell_failure(&mut self, now: Nanos) {
        if !self.has_failed {
            self.tell(|ticket| Entry::Failed { now, ticket });
            self.has_failed = true;
            self.cell.health().failed(now, self.half_life());
        }
    }

    fn half_life(&self) -> Nanos {
        self.decision.state.plan.scheduling.half_life
    }

    /// The endpoint of a fallback was sent the prompt. Nothing where it is asked for another model: it then has other hashes.
    fn send_prompt(&self, endpoint: EndpointIx) {
        if let Some(seat) = &self.decision.state.seats[endpoint] {
            seat.insert(&BlockHashes::of(self.sent_prompt()));
        }
    }

    /// The hashes of the prompt as the attempt under way is asked it; none where that has another model than the primary.
    fn sent_prompt(&self) -> &[u64] {
        let attempts = &self.decision.choice.attempts;
        let attempt = attempts.fallbacks().get(self.attempt.wrapping_sub(1)).unwrap_or(attempts.primary());
        if attempt.asks_as(attempts.primary()) { &self.prompt } else { &[] }
    }

    /// Takes the request out of its endpoint's counts.
    fn leave(&self) {
        self.cell.leave(self.work, self.has_first_token, self.lease);
        if !self.has_first_token {
            self.cell.backlog().give_up(self.number, self.seen);
        }
    }

    fn tell(&self, entry: impl FnOnce(u64) -> Entry) {
        if let Some(journal) = &self.journal {
            journal.record(entry(self.decision.seed()));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.tell(|ticket| Entry::Finished { ticket });
        self.leave();
    }
}

//! The handle that a host shares between its threads: the published state, the seed, and the one place where states are swapped.

use std::borrow::Borrow;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use crate::decision::Decision;
use crate::explanation::Explanation;
use crate::no_route::NoRoute;
use crate::pinned::Pinned;
use crate::plan::Plan;
use crate::replay::{DecisionRecord, Entry, Journal, RequestRecord};
use crate::request::Request;
use crate::rng::decision_seed;
use crate::signals::{Event, EventError};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::ticket::Ticket;
use crate::units::Nanos;

/// A thread-safe router. Deciding takes no lock and never waits for a writer.
///
/// ```
/// use inferroute::{Manifests, Nanos, Options, Request, Router};
///
/// # let text = "
/// # apiVersion: aigateway.envoyproxy.io/v1beta1
/// # kind: AIGatewayRoute
/// # metadata: {name: chat}
/// # spec: {rules: [{backendRefs: [{name: openai}]}]}
/// # ---
/// # apiVersion: aigateway.envoyproxy.io/v1beta1
/// # kind: AIServiceBackend
/// # metadata: {name: openai}
/// # spec: {schema: {name: OpenAI}, backendRef: {name: openai, port: 443}}
/// # ";
/// let router = Router::new(Manifests::from_yaml(text)?.compile(&Options::default())?, 42);
/// let headers = [("x-tier", "gold")];
/// let ticket = router.route(&Request::new(&headers), Nanos::new(0))?;
/// assert_eq!(ticket.decision().endpoint(), "default/openai");
/// ticket.finish(); // or drop it: the request no longer counts as in flight
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Router {
    published: ArcSwap<State>,
    seed: u64,
    sequence: Sequence,
    journal: Option<Arc<dyn Journal>>,
}

/// Decisions asked for so far. Every decision writes it, so that it must not lie beside what every decision reads.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Sequence(AtomicU64);

impl Router {
    /// A router on `plan`. Routers with one seed that are asked the same in the same order decide the same; give replicas different ones.
    pub fn new(plan: impl Into<Arc<Plan>>, seed: u64) -> Self {
        Self {
            published: ArcSwap::from_pointee(State::new(plan)),
            seed,
            sequence: Sequence::default(),
            journal: None,
        }
    }

    /// Tells `journal` everything that moves this router from now on, so that a [`Player`](crate::Player) can repeat its decisions. Costs a copy of what
    /// is read of each request.
    #[must_use]
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// This router on the state as it is now, for hosts that read of a request only what its plan looks at.
    #[inline]
    pub fn pinned(&self) -> Pinned<'_> {
        Pinned { router: self, state: self.snapshot() }
    }

    /// Decides where a request goes, with the router's next seed. Nothing is counted but the turn of the pool that was decided on.
    ///
    /// # Errors
    /// [`NoRoute`] where the request goes nowhere: the status and reason to answer with.
    pub fn decide(&self, request: &Request<'_>, now: Nanos) -> Result<Decision, NoRoute> {
        self.pinned().decide(request, now)
    }

    /// [`decide`](Self::decide) with a seed of the caller's, for example that of a decision to repeat.
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub fn decide_seeded(&self, request: &Request<'_>, now: Nanos, seed: u64) -> Result<Decision, NoRoute> {
        self.pinned().decide_seeded(request, now, seed)
    }

    pub(crate) fn next_seed(&self) -> u64 {
        decision_seed(self.seed, self.sequence.0.fetch_add(1, Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn write_down<S: Deref<Target = State>>(
        &self,
        outcome: &Result<Decision<S>, NoRoute<S>>,
        request: &Request<'_>,
        now: Nanos,
        ticket: Option<u64>,
        only_counted: bool,
    ) {
        if let Some(journal) = &self.journal {
            let request = match outcome {
                Ok(decision) => RequestRecord::of(request, &decision.state.plan),
                Err(no_route) => RequestRecord::of(request, &no_route.state.plan),
            };
            let decision = DecisionRecord::of(outcome.as_ref(), &request, now);
            let (decision, request) = (Box::new(decision), Box::new(request));
            journal.record(Entry::Decided { decision, request, ticket, only_counted });
        }
    }

    /// Decides, and counts the request in flight at its endpoint until the ticket is finished or dropped.
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub fn route(&self, request: &Request<'_>, now: Nanos) -> Result<Ticket, NoRoute> {
        self.pinned().route(request, now)
    }

    /// [`route`](Self::route) with a seed of the caller's.
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub fn route_seeded(&self, request: &Request<'_>, now: Nanos, seed: u64) -> Result<Ticket, NoRoute> {
        self.pinned().route_seeded(request, now, seed)
    }

    /// [`route`](Self::route) for a request that is not sent, or not yet: it counts in flight for other decisions until the ticket is finished or dropped, and
    /// leaves nothing else behind. Its prompt is not taken to be in any prefix cache, and its session is not bound.
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub fn count(&self, request: &Request<'_>, now: Nanos) -> Result<Ticket, NoRoute> {
        self.count_seeded(request, now, self.next_seed())
    }

    pub(crate) fn count_seeded(
        &self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
    ) -> Result<Ticket, NoRoute> {
        self.pinned().count_seeded(request, now, seed)
    }

    /// [`route`](Self::route) for requests that came at once: each is counted before the next is decided, so that a burst spreads. All are decided on one
    /// state.
    pub fn route_many<'r>(
        &self,
        requests: impl IntoIterator<Item: Borrow<Request<'r>>>,
        now: Nanos,
    ) -> Vec<Result<Ticket, NoRoute>> {
        self.pinned().route_many(requests, now)
    }

    /// [`decide`](Self::decide) for requests that came at once: each counts in flight for those after it and, once all are decided, no more. None is taken
    /// to be sent: nothing is known of its prompt or its session afterwards. All are decided on one state.
    pub fn decide_many<'r>(
        &self,
        requests: impl IntoIterator<Item: Borrow<Request<'r>>>,
        now: Nanos,
    ) -> Vec<Result<Decision<Arc<State>>, NoRoute>> {
        self.pinned().decide_many(requests, now)
    }

    /// The decision that [`decide`](Self::decide) would make now, with every match tried, every endpoint and every draw. Changes nothing, not even the next seed.
    pub fn explain(&self, request: &Request<'_>, now: Nanos) -> Explanation {
        self.pinned().explain(request, now)
    }

    /// [`explain`](Self::explain) with a seed of the caller's.
    pub fn explain_seeded(&self, request: &Request<'_>, now: Nanos, seed: u64) -> Explanation {
        self.pinned().explain_seeded(request, now, seed)
    }

    /// The seed that the next decision will have.
    pub(crate) fn coming_seed(&self) -> u64 {
        decision_seed(self.seed, self.sequence.0.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn has_journal(&self) -> bool {
        self.journal.is_some()
    }

    pub(crate) fn shared_journal(&self) -> Option<Arc<dyn Journal>> {
        self.journal.clone()
    }

    /// Tells what happened. The next decision sees it; decisions under way do not.
    ///
    /// Cost: constant for counts, linear in all endpoints for events that add or remove some.
    ///
    /// # Errors
    /// [`EventError`] where the event cannot be true; the state is then as before.
    pub fn observe(&self, event: &Event, now: Nanos) -> Result<(), EventError> {
        let mut current = self.published.load();
        // Two writers at once: the later one builds again on what the earlier published.
        while let Some(next) = current.after(event, now)? {
            let previous = self.published.compare_and_swap(&*current, Arc::new(next));
            if Arc::ptr_eq(&previous, &current) {
                break;
            }
            current = previous;
        }
        if let Some(journal) = &self.journal {
            journal.record(Entry::Observed { now, event: event.clone() });
        }
        Ok(())
    }

    /// Publishes another plan. Endpoints and pools that stay keep their counts; requests under way keep the state they were decided on.
    pub fn update(&self, plan: impl Into<Arc<Plan>>) {
        let plan = plan.into();
        self.published.rcu(|state| state.with_plan(Arc::clone(&plan)));
        if let Some(journal) = &self.journal {
            journal.record(Entry::Updated { state_version: self.snapshot().version() });
        }
    }

    /// The state as it is now, for [`decide`](crate::decide()) and for a look around.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.published.load())
    }
}

//! A router on one state: what it decides of a request it decides on that state, whatever is published meanwhile.

use std::borrow::Borrow;
use std::ops::Deref;
use std::sync::Arc;

use crate::decide;
use crate::decision::Decision;
use crate::explanation::{Explanation, Recorder};
use crate::no_route::NoRoute;
use crate::plan::Plan;
use crate::prefix::BlockHashes;
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::router::Router;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::ticket::Ticket;
use crate::trace::NoTrace;
use crate::units::Nanos;

/// A [`Router`] on the state that was published when [`Router::pinned`] was called: a host can look at its plan first and read of the request only
/// what that looks at.
///
/// Each of its methods is that of the router with the same name, on this state. Let go of it soon: it holds what a [`Snapshot`] holds.
///
/// ```
/// use inferroute::{Manifests, Nanos, Options, Request, Router};
///
/// # let text = "
/// # apiVersion: gateway.networking.k8s.io/v1
/// # kind: HTTPRoute
/// # metadata: {name: chat}
/// # spec:
/// #   rules:
/// #   - matches: [{headers: [{name: x-tier, value: gold}]}]
/// #     backendRefs: [{name: vllm, port: 80}]
/// # ---
/// # apiVersion: v1
/// # kind: Service
/// # metadata: {name: vllm}
/// # spec: {ports: [{port: 80}]}
/// # ";
/// # let router = Router::new(Manifests::from_yaml(text)?.compile(&Options::default())?, 42);
/// // However the host has its headers, it looks up those that are read.
/// let sent = |name: &str| Some("gold").filter(|_| name == "x-tier");
/// let pinned = router.pinned();
/// let names = pinned.plan().header_names().map(|name| name.as_str().to_owned());
/// let headers: Vec<(String, &str)> = names.filter_map(|name| sent(&name).map(|value| (name, value))).collect();
/// let decision = pinned.decide(&Request::new(&headers), Nanos::new(0))?;
/// assert_eq!(decision.backend().name, "vllm");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pinned<'r, S = Snapshot> {
    pub(crate) router: &'r Router,
    pub(crate) state: S,
}

impl<'r, S: Deref<Target = State>> Pinned<'r, S> {
    /// The plan that it decides by.
    #[inline]
    pub fn plan(&self) -> &Plan {
        &self.state.plan
    }

    /// As [`Router::decide`].
    ///
    /// # Errors
    /// As [`Router::decide`].
    #[inline]
    pub fn decide(self, request: &Request<'_>, now: Nanos) -> Result<Decision<S>, NoRoute<S>> {
        let seed = self.router.next_seed();
        self.decide_seeded(request, now, seed)
    }

    /// As [`Router::decide_seeded`].
    ///
    /// # Errors
    /// As [`Router::decide`].
    #[inline]
    pub fn decide_seeded(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
    ) -> Result<Decision<S>, NoRoute<S>> {
        let router = self.router;
        if router.has_journal() {
            let outcome = self.run(request, now, seed, None);
            router.write_down(&outcome, request, now, None, false);
            return outcome;
        }
        // Handed on as it comes: a decision is two hundred bytes, and each move of it is measured.
        self.run(request, now, seed, None)
    }

    #[inline]
    fn run(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
        hashes: Option<&mut BlockHashes>,
    ) -> Result<Decision<S>, NoRoute<S>> {
        let rng = &mut DecisionRng::from_seed(seed);
        decide::run(self.state, request, now, hashes, rng, &mut NoTrace, true)
    }
}

impl<'r> Pinned<'r> {
    /// The same on a shared state, for decisions that are kept, as [`Decision::into_shared`] makes them: that moves them once more.
    #[inline]
    pub fn into_shared(self) -> Pinned<'r, Arc<State>> {
        Pinned { router: self.router, state: self.state.into_shared() }
    }

    /// As [`Router::route`].
    ///
    /// # Errors
    /// As [`Router::decide`].
    pub fn route(self, request: &Request<'_>, now: Nanos) -> Result<Ticket, NoRoute> {
        let seed = self.router.next_seed();
        self.route_seeded(request, now, seed)
    }

    pub(crate) fn route_seeded(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
    ) -> Result<Ticket, NoRoute> {
        self.into_shared().ticket(request, now, seed, false)
    }

    pub(crate) fn count_seeded(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
    ) -> Result<Ticket, NoRoute> {
        self.into_shared().ticket(request, now, seed, true)
    }

    /// As [`Router::route_many`].
    pub fn route_many<'q>(
        self,
        requests: impl IntoIterator<Item: Borrow<Request<'q>>>,
        now: Nanos,
    ) -> Vec<Result<Ticket, NoRoute>> {
        self.tickets(requests, now, false)
    }

    /// As [`Router::decide_many`].
    pub fn decide_many<'q>(
        self,
        requests: impl IntoIterator<Item: Borrow<Request<'q>>>,
        now: Nanos,
    ) -> Vec<Result<Decision<Arc<State>>, NoRoute>> {
        let counted = self.tickets(requests, now, true);
        // They stop to count one after the other; nothing is decided in between.
        counted.into_iter().map(|counted| Ok(counted?.decision().clone())).collect()
    }

    fn tickets<'q>(
        self,
        requests: impl IntoIterator<Item: Borrow<Request<'q>>>,
        now: Nanos,
        only_counted: bool,
    ) -> Vec<Result<Ticket, NoRoute>> {
        let Pinned { router, state } = self.into_shared();
        let tickets = requests.into_iter().map(|request| {
            let again = Pinned { router, state: Arc::clone(&state) };
            again.ticket(request.borrow(), now, router.next_seed(), only_counted)
        });
        tickets.collect()
    }

    /// As [`Router::explain`].
    pub fn explain(self, request: &Request<'_>, now: Nanos) -> Explanation {
        let seed = self.router.coming_seed();
        self.explain_seeded(request, now, seed)
    }

    /// As [`Router::explain_seeded`].
    pub fn explain_seeded(self, request: &Request<'_>, now: Nanos, seed: u64) -> Explanation {
        let mut recorder = Recorder::default();
        let rng = &mut DecisionRng::from_seed(seed);
        let outcome = decide::run(self.state, request, now, None, rng, &mut recorder, false);
        recorder.finish(outcome.as_ref())
    }
}

impl Pinned<'_, Arc<State>> {
    fn ticket(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
        only_counted: bool,
    ) -> Result<Ticket, NoRoute> {
        match request.prompt {
            Some(_) => self.ticket_with_prompt(request, now, seed, only_counted),
            None => self.ticket_with(request, now, seed, only_counted, None),
        }
    }

    /// Apart, because hashes take 16 KiB of the stack, which a request without a prompt should not touch.
    #[inline(never)]
    fn ticket_with_prompt(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
        only_counted: bool,
    ) -> Result<Ticket, NoRoute> {
        self.ticket_with(request, now, seed, only_counted, Some(&mut BlockHashes::new()))
    }

    #[inline]
    fn ticket_with(
        self,
        request: &Request<'_>,
        now: Nanos,
        seed: u64,
        only_counted: bool,
        mut hashes: Option<&mut BlockHashes>,
    ) -> Result<Ticket, NoRoute> {
        let router = self.router;
        let outcome = self.run(request, now, seed, hashes.as_deref_mut());
        let hashes = hashes.map(|hashes| &*hashes);
        // Seeds of one router repeat after 2^64 decisions.
        router.write_down(&outcome, request, now, Some(seed), only_counted);
        match outcome {
            Ok(decision) => {
                if !only_counted {
                    decide::sent(&decision.state, &decision.choice, request, hashes, now);
                }
                Ok(Ticket::new(decision, hashes, now, router.shared_journal()))
            }
            Err(no_route) => Err(no_route.into_snapshot()),
        }
    }
}

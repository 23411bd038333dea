//! Where a request goes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::attempt::{Attempt, AttemptView, Attempts};
use crate::decide::Before;
use crate::ids::{Ix, PoolIx, RuleIx};
use crate::manifest::Criticality;
use crate::plan::{BackendName, BackendRef, Mutations, Rule};
use crate::request::Request;
use crate::snapshot::Snapshot;
use crate::state::{EndpointView, State};

/// Where a request goes.
///
/// A decision is a few numbers and a handle `S` on the state they point into: a [`Snapshot`] from [`Router::decide`](crate::Router::decide), a plain
/// reference from the pure [`decide`](crate::decide()). Names are looked up when they are asked for; no getter allocates.
#[derive(Clone, Copy)]
pub struct Decision<S = Snapshot> {
    pub(crate) state: S,
    pub(crate) choice: Choice,
    pub(crate) seed: u64,
}

/// The numbers of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) at: Place,
    pub(crate) attempts: Attempts,
    pub(crate) findings: Findings,
    pub(crate) prompt_tokens: u32,
    pub(crate) priority: i32,
}

/// What was found on the way to the primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) before: Before,
    /// Tokens of the prompt that the endpoint probably holds.
    pub(crate) cached_tokens: u32,
    /// Tokens of the prompt that whoever holds the most of it does, where a profile goes by that, and whether several hold as much.
    pub(crate) found_tokens: u32,
    pub(crate) is_common: bool,
    /// Whether a profile asked and found that nobody holds anything of the prompt.
    pub(crate) is_cold: bool,
    /// The importance of the model in its pool.
    pub(crate) criticality: Option<Criticality>,
}

impl Choice {
    /// Nothing is chosen yet.
    #[inline]
    pub(crate) fn none() -> Self {
        Self {
            at: Place { rule: RuleIx::FIRST, match_index: 0 },
            attempts: Attempts::none(),
            findings: Findings::default(),
            prompt_tokens: 0,
            priority: 0,
        }
    }

    /// Counts the decision where pickers go by turns. Threads that decide at once would wait for each other's counts, so others count nothing.
    #[inline]
    pub(crate) fn take_turn(&self, state: &State) {
        if state.plan.scheduling.takes_turns()
            && let Some(pool) = self.attempts.primary().pool(&state.plan.rules[self.at.rule])
        {
            state.pool_cells[pool].advance();
        }
    }
}

/// The rule and match that hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rule: RuleIx,
    pub(crate) match_index: usize,
}

impl<S: Deref<Target = State>> Decision<S> {
    fn rule_entry(&self) -> &Rule {
        &self.state.plan.rules[self.choice.at.rule]
    }

    fn backend_ref(&self) -> Option<&BackendRef> {
        self.choice.attempts.primary().backend_ref(self.rule_entry())
    }

    /// The route, as `namespace/name`.
    pub fn route(&self) -> &str {
        self.state.plan.routes[self.rule_entry().route].as_str()
    }

    /// The rule's position in its route, from 0.
    pub fn rule(&self) -> usize {
        self.rule_entry().index
    }

    /// The rule's name, where it has one.
    pub fn rule_name(&self) -> Option<&str> {
        self.rule_entry().name.as_deref()
    }

    /// The position of the match that holds among the rule's matches, from 0.
    pub fn match_index(&self) -> usize {
        self.choice.at.match_index
    }

    /// The rule's number among [`Plan::rules`](crate::Plan::rules), for hosts that keep their own tables.
    pub fn rule_number(&self) -> usize {
        self.choice.at.rule.position()
    }

    /// The position of the chosen backendRef among the rule's.
    pub fn backend_ref_index(&self) -> usize {
        self.choice.attempts.primary().backend_ref_index()
    }

    /// The endpoint's number among [`State::endpoints`] of the state with this decision's [version](Self::state_version).
    pub fn endpoint_number(&self) -> usize {
        self.choice.attempts.primary().endpoint.position()
    }

    /// The chosen backendRef.
    pub fn backend(&self) -> BackendName<'_> {
        self.primary().backend()
    }

    /// The pool of the primary.
    pub(crate) fn pool_number(&self) -> Option<PoolIx> {
        self.choice.attempts.primary().pool(self.rule_entry())
    }

    /// What to try first: what the getters of the decision itself speak of.
    pub fn primary(&self) -> AttemptView<'_> {
        self.view(self.choice.attempts.primary())
    }

    fn view<'a>(&'a self, attempt: &'a Attempt) -> AttemptView<'a> {
        let match_index = self.choice.at.match_index;
        AttemptView { state: &self.state, rule: self.rule_entry(), match_index, attempt }
    }

    /// What to try, in this order, if the primary fails: other endpoints of its pool, then the rule's other backendRefs of the same and of later
    /// priorities. No attempt mixes pools: each has a backend, an endpoint, a model and mutations of its own.
    pub fn fallbacks(&self) -> impl ExactSizeIterator<Item = AttemptView<'_>> {
        self.choice.attempts.fallbacks().iter().map(|attempt| self.view(attempt))
    }

    /// The pool the endpoint was picked from, as `namespace/name`; `None` where the backendRef names an AIServiceBackend itself.
    pub fn pool(&self) -> Option<&str> {
        self.primary().pool()
    }

    /// The id of the endpoint.
    pub fn endpoint(&self) -> &str {
        self.primary().endpoint()
    }

    /// The value of the header by which the client's next request names this endpoint: its id in base64. For hosts of profiles with
    /// [`Session::EncodedEndpoint`](crate::Session::EncodedEndpoint), which put it on the answer.
    pub fn session_token(&self) -> String {
        crate::base64::encode(self.endpoint().as_bytes())
    }

    /// `host:port` of the endpoint; `None` for an AIServiceBackend that is not a Service with a port, whose address the host knows.
    pub fn address(&self) -> Option<&str> {
        self.primary().address()
    }

    /// Tokens of the prompt, as the host counted them or as many as its text makes.
    pub fn prompt_tokens(&self) -> u32 {
        self.choice.prompt_tokens
    }

    /// Tokens of the prompt that the endpoint probably holds in its prefix cache; 0 where no profile looks at prefixes.
    pub fn cached_tokens(&self) -> u32 {
        self.choice.findings.cached_tokens
    }

    /// The endpoint that works off the prompt before the request goes to [`endpoint`](Self::endpoint), where the profile asks for one. Hosts tell it in
    /// header `x-prefiller-host-port`.
    pub fn prefill(&self) -> Option<EndpointView<'_>> {
        self.choice.findings.before.prefill.map(|endpoint| self.state.view(endpoint))
    }

    /// The number of [`prefill`](Self::prefill), as [`endpoint_number`](Self::endpoint_number) counts.
    pub fn prefill_number(&self) -> Option<usize> {
        self.choice.findings.before.prefill.map(Ix::position)
    }

    /// The endpoint that works off images, audio and video before, where the profile asks for one. Hosts tell it in header `x-encoder-hosts-ports`.
    pub fn encode(&self) -> Option<EndpointView<'_>> {
        self.choice.findings.before.encode.map(|endpoint| self.state.view(endpoint))
    }

    /// The number of [`encode`](Self::encode), as [`endpoint_number`](Self::endpoint_number) counts.
    pub fn encode_number(&self) -> Option<usize> {
        self.choice.findings.before.encode.map(Ix::position)
    }

    /// The model to write into the request; `None`: leave what the client wrote.
    pub fn model_override(&self) -> Option<&str> {
        self.primary().model_override()
    }

    /// What to do to the request beside sending it on.
    pub fn mutations(&self) -> Option<&Mutations> {
        self.backend_ref().map(|backend| &backend.mutations)
    }

    /// The path, with its query, to ask the endpoint for. `request` is the one that was decided on. Allocates only where the path changes.
    pub fn path<'r>(&self, request: &Request<'r>) -> Cow<'r, str> {
        self.primary().path(request)
    }

    /// The importance that an InferenceModel gives the request's model, `None` where no InferenceModel names it.
    pub fn criticality(&self) -> Option<Criticality> {
        self.choice.findings.criticality
    }

    /// The addresses of the primary and of the fallbacks in its pool, separated by commas: the value of `x-gateway-destination-endpoint` in the endpoint
    /// picker protocol. Endpoints without an address are left out.
    pub fn destinations(&self) -> String {
        let first = self.primary();
        let of_pool = self.fallbacks().filter(|other| other.backend_ref_index() == first.backend_ref_index());
        let addresses = std::iter::once(first).chain(of_pool).filter_map(|attempt| attempt.address());
        addresses.collect::<Vec<_>>().join(",")
    }

    /// The priority of the request's InferenceObjective: larger matters more, below 0 is dropped first; 0 without one.
    pub fn priority(&self) -> i32 {
        self.choice.priority
    }

    /// The seed of all draws of this decision: the same state, request, time and seed decide the same.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The [version](State::version) of the state that was decided on.
    pub fn state_version(&self) -> u64 {
        self.state.version()
    }
}

impl<S: Deref<Target = State>> fmt::Debug for Decision<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("route", &self.route())
            .field("rule", &self.rule())
            .field("backend", &self.backend())
            .field("endpoint", &self.endpoint())
            .field("address", &self.address())
            .field("model_override", &self.model_override())
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl<S: Deref<Target = State>> PartialEq for Decision<S> {
    /// Equal answers; the handles may differ.
    fn eq(&self, other: &Self) -> bool {
        self.choice == other.choice
            && self.seed == other.seed
            && self.state.version() == other.state.version()
    }
}

impl Decision {
    /// The decision with a shared state, for one that is kept: a snapshot holds one of its thread's few places for quick reads until it is dropped.
    #[inline(always)]
    pub fn into_shared(self) -> Decision<Arc<State>> {
        Decision { state: self.state.into_shared(), choice: self.choice, seed: self.seed }
    }
}

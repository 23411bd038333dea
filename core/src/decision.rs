//! What a decision answers: where the request goes, or why it goes nowhere.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::Serialize;

use crate::attempt::{AttemptView, Attempts};
use crate::ids::Ix;
use crate::manifest::Criticality;
use crate::plan::{BackendRef, Mutations, Redirect, Rule, RuleAnswer};
use crate::request::Request;
use crate::router::Snapshot;
use crate::state::State;

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
    pub(crate) criticality: Option<Criticality>,
    pub(crate) priority: i32,
}

/// The rule and match that hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rule: crate::ids::RuleIx,
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

    fn primary(&self) -> AttemptView<'_> {
        AttemptView { state: &self.state, rule: self.rule_entry(), attempt: self.choice.attempts.primary() }
    }

    /// What to try, in this order, if the primary fails: other endpoints of its pool, then the rule's other backendRefs of the same and of later
    /// priorities. No attempt mixes pools: each has a backend, an endpoint, a model and mutations of its own.
    pub fn fallbacks(&self) -> impl ExactSizeIterator<Item = AttemptView<'_>> {
        let (state, rule) = (&*self.state, self.rule_entry());
        self.choice.attempts.fallbacks().iter().map(move |attempt| AttemptView { state, rule, attempt })
    }

    /// The pool the endpoint was picked from, as `namespace/name`; `None` where the backendRef names an AIServiceBackend itself.
    pub fn pool(&self) -> Option<&str> {
        self.primary().pool()
    }

    /// The id of the endpoint.
    pub fn endpoint(&self) -> &str {
        self.primary().endpoint()
    }

    /// `host:port` of the endpoint; `None` for an AIServiceBackend that is not a Service with a port, whose address the host knows.
    pub fn address(&self) -> Option<&str> {
        self.primary().address()
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
        let prefix = self.rule_entry().prefixes.get(self.choice.at.match_index).map_or("", |prefix| prefix);
        match self.mutations().and_then(|mutations| mutations.path.as_ref()) {
            Some(change) => change.apply(request.path, prefix).into(),
            None => request.path.into(),
        }
    }

    /// The importance that an InferenceModel gives the request's model, `None` where no InferenceModel names it.
    pub fn criticality(&self) -> Option<Criticality> {
        self.choice.criticality
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

/// A backendRef as it was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BackendName<'s> {
    /// `AIServiceBackend` or `InferencePool`.
    pub kind: &'s str,
    /// The namespace, also where the reference left it out.
    pub namespace: &'s str,
    /// The name.
    pub name: &'s str,
}

impl fmt::Display for BackendName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// Where a redirect sends the client: the parts that change. A host writes the parts of the request's own URL for those that are `None`; with a new
/// scheme and no port, the scheme's own port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Location {
    /// `http` or `https`.
    pub scheme: Option<String>,
    /// The host name.
    pub hostname: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The path with its query.
    pub path: Option<String>,
}

/// Why a request goes nowhere: an answer to send, not an error of the router.
#[derive(Clone, Copy)]
pub struct NoRoute<S = Snapshot> {
    pub(crate) state: S,
    pub(crate) reason: Reason,
    pub(crate) at: Option<Place>,
    pub(crate) seed: u64,
}

/// The cause of a [`NoRoute`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No match of any rule holds.
    NoRule,
    /// No InferenceModel of the chosen pool declares the model, and the host wants such requests rejected.
    UnknownModel,
    /// The rule has no backendRefs.
    NoBackendRefs,
    /// Every backendRef of the rule has weight 0.
    NoWeight,
    /// The chosen backendRef names an object that does not exist.
    BackendNotFound,
    /// The chosen backendRef crosses namespaces without a ReferenceGrant.
    RefNotPermitted,
    /// A filter of the rule or the chosen backendRef cannot be followed.
    BadFilter,
    /// The rule sends the client elsewhere.
    Redirect,
    /// The chosen pool has no member.
    PoolEmpty,
    /// The chosen pool has members, none of them ready.
    NoReadyEndpoint,
}

impl Reason {
    /// The HTTP status to answer with. A redirect's may be another one: [`NoRoute::status`] knows.
    pub const fn status(self) -> u16 {
        match self {
            Self::NoRule | Self::UnknownModel => 404,
            Self::NoBackendRefs
            | Self::NoWeight
            | Self::BackendNotFound
            | Self::RefNotPermitted
            | Self::BadFilter => 500,
            Self::Redirect => 302,
            Self::PoolEmpty | Self::NoReadyEndpoint => 503,
        }
    }

    /// The stable word for logs and vectors, for example `pool_empty`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoRule => "no_rule",
            Self::UnknownModel => "unknown_model",
            Self::NoBackendRefs => "no_backend_refs",
            Self::NoWeight => "no_weight",
            Self::BackendNotFound => "backend_not_found",
            Self::RefNotPermitted => "ref_not_permitted",
            Self::BadFilter => "bad_filter",
            Self::Redirect => "redirect",
            Self::PoolEmpty => "pool_empty",
            Self::NoReadyEndpoint => "no_ready_endpoint",
        }
    }

    /// What it means, in a sentence that names nothing of the configuration and so may go to the client.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoRule => "no rule matches the request; the model or a header is probably not configured",
            Self::UnknownModel => "the model is not declared for the chosen pool",
            Self::NoBackendRefs => "the matching rule has no backendRefs",
            Self::NoWeight => "every backendRef of the matching rule has weight 0",
            Self::BackendNotFound => "the chosen backendRef names an object that does not exist",
            Self::RefNotPermitted => {
                "the chosen backendRef is in another namespace and no ReferenceGrant permits it"
            }
            Self::BadFilter => "a filter of the matching rule cannot be followed",
            Self::Redirect => "the matching rule sends the client elsewhere",
            Self::PoolEmpty => "the chosen pool has no endpoints",
            Self::NoReadyEndpoint => "no endpoint of the chosen pool is ready",
        }
    }
}

impl<S: Deref<Target = State>> NoRoute<S> {
    /// The HTTP status to answer with: 404, 500 or 503, or that of a redirect.
    pub fn status(&self) -> u16 {
        self.rule_redirect().map_or(self.reason.status(), |redirect| redirect.status)
    }

    fn rule_redirect(&self) -> Option<&Redirect> {
        match &self.state.plan.rules[self.at?.rule].answer {
            Some(RuleAnswer::Redirect(redirect)) => Some(redirect),
            _ => None,
        }
    }

    /// Where a redirect sends the client, `None` for other answers. `request` is the one that was decided on.
    pub fn redirect(&self, request: &Request<'_>) -> Option<Location> {
        let redirect = self.rule_redirect()?;
        let at = self.at?;
        let prefix = self.state.plan.rules[at.rule].prefixes.get(at.match_index).map_or("", |prefix| prefix);
        Some(Location {
            scheme: redirect.scheme.clone(),
            hostname: redirect.hostname.clone(),
            port: redirect.port,
            path: redirect.path.as_ref().map(|change| change.apply(request.path, prefix)),
        })
    }

    /// The cause.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The route whose rule matched, as `namespace/name`; `None` where none did.
    pub fn route(&self) -> Option<&str> {
        let at = self.at?;
        Some(self.state.plan.routes[self.state.plan.rules[at.rule].route].as_str())
    }

    /// The position of the rule that matched in its route.
    pub fn rule(&self) -> Option<usize> {
        self.at.map(|at| self.state.plan.rules[at.rule].index)
    }

    /// The number among [`Plan::rules`](crate::Plan::rules) of the rule that matched, for hosts that keep their own tables.
    pub fn rule_number(&self) -> Option<usize> {
        self.at.map(|at| at.rule.position())
    }

    /// The seed of the decision.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl<S: Deref<Target = State>> fmt::Display for NoRoute<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status(), self.reason.as_str(), self.reason.message())
    }
}

impl<S: Deref<Target = State>> fmt::Debug for NoRoute<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<S: Deref<Target = State>> std::error::Error for NoRoute<S> {}

impl<S: Deref<Target = State>> PartialEq for NoRoute<S> {
    fn eq(&self, other: &Self) -> bool {
        (self.reason, self.at, self.seed) == (other.reason, other.at, other.seed)
    }
}

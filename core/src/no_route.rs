//! Why a request goes nowhere, as an answer that a host can send.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use crate::decision::Place;
use crate::ids::Ix;
use crate::plan::{BackendName, DirectResponse, Redirect, RuleAnswer};
use crate::request::Request;
use crate::snapshot::Snapshot;
use crate::state::State;

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
    /// Position of the backendRef that was chosen, where one was.
    pub(crate) backend_ref: Option<usize>,
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
    /// The chosen backendRef, or the host's own [`Request::pool`](crate::Request::pool), names an object that does not exist.
    BackendNotFound,
    /// The chosen backendRef crosses namespaces without a ReferenceGrant.
    RefNotPermitted,
    /// A filter of the rule or the chosen backendRef cannot be followed.
    BadFilter,
    /// The rule sends the client elsewhere.
    Redirect,
    /// The rule answers by itself.
    DirectResponse,
    /// The chosen pool has no member.
    PoolEmpty,
    /// The chosen pool has members, none of them ready.
    NoReadyEndpoint,
    /// The chosen pool has ready members, and none of them is in the request's subset hint.
    NoEndpointInSubset,
    /// The chosen pool is full, and the request is of a kind that is then turned away: of negative priority, or of a sheddable model.
    Saturated,
    /// The chosen pool has ready members, and the profile's filters took them all out.
    NoEndpointLeft,
    /// The request asks for a scheduling profile that does not exist.
    NoProfile,
}

impl Reason {
    /// The HTTP status to answer with. That of a redirect or direct response may be another one: [`NoRoute::status`] knows.
    pub const fn status(self) -> u16 {
        match self {
            Self::NoRule | Self::UnknownModel => 404,
            Self::NoBackendRefs
            | Self::NoWeight
            | Self::BackendNotFound
            | Self::RefNotPermitted
            | Self::BadFilter => 500,
            Self::Redirect => 302,
            Self::DirectResponse => 200,
            Self::PoolEmpty | Self::NoReadyEndpoint | Self::NoEndpointInSubset => 503,
            Self::NoEndpointLeft | Self::Saturated => 429,
            Self::NoProfile => 400,
        }
    }

    /// Whether another pool may still take a request that this one cannot.
    pub(crate) const fn is_of_the_pool(self) -> bool {
        matches!(
            self,
            Self::PoolEmpty
                | Self::NoReadyEndpoint
                | Self::NoEndpointInSubset
                | Self::NoEndpointLeft
                | Self::Saturated
        )
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
            Self::DirectResponse => "direct_response",
            Self::PoolEmpty => "pool_empty",
            Self::NoReadyEndpoint => "no_ready_endpoint",
            Self::NoEndpointInSubset => "no_endpoint_in_subset",
            Self::Saturated => "saturated",
            Self::NoEndpointLeft => "no_endpoint_left",
            Self::NoProfile => "no_profile",
        }
    }

    /// What it means, in a sentence that names nothing of the configuration and so may go to the client.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoRule => "no rule matches the request; the model or a header is probably not configured",
            Self::UnknownModel => "the model is not declared for the chosen pool",
            Self::NoBackendRefs => "the matching rule has no backendRefs",
            Self::NoWeight => "every backendRef of the matching rule has weight 0",
            Self::BackendNotFound => "the chosen backendRef, or the pool that was asked for, does not exist",
            Self::RefNotPermitted => {
                "the chosen backendRef is in another namespace and no ReferenceGrant permits it"
            }
            Self::BadFilter => "a filter of the matching rule cannot be followed",
            Self::Redirect => "the matching rule sends the client elsewhere",
            Self::DirectResponse => "the matching rule answers by itself",
            Self::PoolEmpty => "the chosen pool has no endpoints",
            Self::NoReadyEndpoint => "no endpoint of the chosen pool is ready",
            Self::NoEndpointInSubset => {
                "no ready endpoint of the chosen pool is among those the proxy offers"
            }
            Self::Saturated => "the chosen pool is full and the request is of low priority",
            Self::NoEndpointLeft => "no endpoint of the chosen pool may take the request now",
            Self::NoProfile => "the request asks for a scheduling profile that does not exist",
        }
    }
}

impl<S: Deref<Target = State>> NoRoute<S> {
    /// The HTTP status to answer with: 404, 500 or 503, or that of a redirect or direct response.
    pub fn status(&self) -> u16 {
        match self.rule_answer() {
            Some(RuleAnswer::Redirect(redirect)) => redirect.status,
            Some(RuleAnswer::Direct(response)) => response.status,
            _ => self.reason.status(),
        }
    }

    fn rule_answer(&self) -> Option<&RuleAnswer> {
        self.state.plan.rules[self.at?.rule].answer.as_ref()
    }

    /// What to answer where the rule answers by itself, `None` for other answers.
    pub fn direct_response(&self) -> Option<&DirectResponse> {
        match self.rule_answer()? {
            RuleAnswer::Direct(response) => Some(response),
            _ => None,
        }
    }

    fn rule_redirect(&self) -> Option<&Redirect> {
        match self.rule_answer()? {
            RuleAnswer::Redirect(redirect) => Some(redirect),
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

    /// The backendRef that was chosen and leads nowhere; `None` where none was chosen.
    pub fn backend(&self) -> Option<BackendName<'_>> {
        let rule = &self.state.plan.rules[self.at?.rule];
        rule.backends.refs.get(self.backend_ref?).map(|backend| backend.as_name())
    }

    /// The seed of the decision.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The [version](State::version) of the state that was decided on.
    pub fn state_version(&self) -> u64 {
        self.state.version()
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

impl NoRoute {
    /// The answer with a shared state, for one that is kept.
    pub fn into_shared(self) -> NoRoute<Arc<State>> {
        let Self { state, reason, at, backend_ref, seed } = self;
        NoRoute { state: state.into_shared(), reason, at, backend_ref, seed }
    }
}

impl NoRoute<Arc<State>> {
    /// The answer as of a router that decided on a snapshot.
    pub(crate) fn into_snapshot(self) -> NoRoute {
        let Self { state, reason, at, backend_ref, seed } = self;
        NoRoute { state: Snapshot::of(state), reason, at, backend_ref, seed }
    }
}

//! What the manifests mean, ready to be decided on: names are numbers, weights are running sums, precedence is order.
//!
//! A plan is built once by the compile step, is never changed, and holds no state that cannot be part of a decision.

mod backend_set;
mod field;
mod handler;
mod matcher;
mod mutations;
mod options;
mod pattern;
mod pool;
mod profile;
mod published;
mod re2;
mod saturation;
mod scheduling;
mod scopes;
mod services;
mod shares;
mod strategy;
mod substitution;

use std::collections::HashMap;

use crate::ids::{BackendIx, ObjectName, PoolIx, RouteIx, RuleIx, Table};
use crate::manifest::Diagnostic;
use crate::signals::Terms;
use crate::units::Nanos;

pub use backend_set::BackendName;
pub(crate) use backend_set::{BackendRef, BackendSet, Target};
pub use field::HeaderName;
pub(crate) use field::{Field, MODEL_HEADER};
pub use handler::{Decider, Disaggregation, Handler, StageOrder};
pub use matcher::Miss;
pub(crate) use matcher::{Condition, Entry, Fields, HostPattern, Matcher, Test};
pub(crate) use mutations::Redirect;
pub use mutations::{
    BodyChange, DirectResponse, ExtensionFilter, HeaderChange, HostSource, Mirror, Mutations, PathChange,
    Retry,
};
pub use options::{BadGroupKind, GroupKind, InvalidBackendRefs, Options, UnknownModel};
pub(crate) use pattern::Pattern;
pub(crate) use pool::{Backend, Model, Models, Pool, Targets};
pub(crate) use profile::Weighted;
pub use profile::{
    AttributeFilter, CircuitBreaker, Comparison, ConcurrencyDetector, CustomScorer, DecisionTree,
    ExpectedTtft, Filter, HashKey, HeadroomChoice, LatencyFeatures, LatencyModel, LatencyPrediction,
    LatencyScorer, LinearLatency, LinearTerms, LoadLimit, LoadMetric, LoraFormula, Normalization,
    OutlierEjection, Picker, PredictedCompletion, PrefixCacheAffinity, Profile, Role, ScoredEndpoint, Scorer,
    ScorerFailure, Session, SharedModel, SharedScorer, SloHeadroomTier, StepCost, TopologyLabels,
    TopologyLevel, UtilizationDetector,
};
pub use published::PublishedModel;
pub(crate) use re2::stacked_repetition;
pub use saturation::{ConcurrencyMode, Saturation};
pub(crate) use scheduling::PrefixPlan;
pub use scheduling::{MissingLoad, Scheduling};
pub(crate) use scopes::{GatewayScope, ListenerScope, Scopes, covers, host_rank};
pub(crate) use services::{ServicePort, Services};
pub(crate) use shares::Shares;
pub use strategy::{Strategy, UnknownStrategy};
pub use substitution::Substitution;

/// An immutable routing plan, made by [`Manifests::compile`](crate::Manifests::compile).
#[derive(Debug)]
pub struct Plan {
    pub(crate) scopes: Scopes,
    pub(crate) routes: Table<RouteIx, ObjectName>,
    pub(crate) rules: Table<RuleIx, Rule>,
    pub(crate) pools: Table<PoolIx, Pool>,
    /// The rule that leads to a pool and nowhere else, by the pool's `namespace/name`.
    pub(crate) pool_rules: HashMap<Box<str>, RuleIx, foldhash::fast::FixedState>,
    pub(crate) backends: Table<BackendIx, Backend>,
    pub(crate) scheduling: Scheduling,
    /// How prompts are remembered, where a profile looks at them.
    pub(crate) prefix: Option<PrefixPlan>,
    /// How sessions say who they are, for those that are bound to endpoints.
    pub(crate) sessions: Box<[Session]>,
    pub(crate) default_namespace: Box<str>,
    pub(crate) fallback_endpoints: usize,
    /// The age from which polled values count as missing.
    pub(crate) stale_after: Nanos,
    /// How long a request counts whose end nobody tells.
    pub(crate) leases: Terms,
    /// Priorities by `namespace/name`.
    pub(crate) objectives: HashMap<Box<str>, i32, foldhash::fast::FixedState>,
    pub(crate) unknown_model: UnknownModel,
    pub(crate) published: Box<[PublishedModel]>,
    pub(crate) warnings: Box<[Diagnostic]>,
}

/// One rule of a route.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) route: RouteIx,
    /// Position in the route's list.
    pub(crate) index: usize,
    pub(crate) name: Option<Box<str>>,
    pub(crate) backends: BackendSet,
    /// Of each match, the prefix that its path asks for.
    pub(crate) prefixes: Box<[Box<str>]>,
    /// The rule answers by itself.
    pub(crate) answer: Option<RuleAnswer>,
}

/// What a rule answers instead of sending a request on.
#[derive(Debug)]
pub(crate) enum RuleAnswer {
    Redirect(Redirect),
    /// A fixed answer.
    Direct(DirectResponse),
    /// 404: the rule that Envoy AI Gateway adds to each of its routes.
    NotFound,
    /// A filter that cannot be followed.
    Broken,
}

/// A rule as the plan has it.
#[derive(Clone, Copy, Debug)]
pub struct RuleView<'p> {
    route: &'p str,
    rule: &'p Rule,
}

impl<'p> RuleView<'p> {
    /// The route, as `namespace/name`.
    pub fn route(&self) -> &'p str {
        self.route
    }

    /// The rule's position in its route, from 0.
    pub fn index(&self) -> usize {
        self.rule.index
    }

    /// The rule's name, where it has one.
    pub fn name(&self) -> Option<&'p str> {
        self.rule.name.as_deref()
    }

    /// Its backendRefs in the order of the manifest, each with the model it overrides the client's with.
    pub fn backend_refs(&self) -> impl ExactSizeIterator<Item = (BackendName<'p>, Option<&'p str>)> {
        self.rule.backends.refs.iter().map(|r| (r.as_name(), r.model.as_deref()))
    }

    /// What each of its backendRefs asks to do to a request, in the order of [`backend_refs`](Self::backend_refs).
    pub fn mutations(&self) -> impl ExactSizeIterator<Item = &'p Mutations> {
        self.rule.backends.refs.iter().map(|r| &r.mutations)
    }
}

impl Plan {
    /// What loaded but deserves a look, in the order of the texts.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The header names that rules look at, each with the index under which [`Headers::find`](crate::Headers::find) is asked for it. A host that
    /// copies headers needs no others; [`Router::pinned`](crate::Router::pinned) decides by the plan that it looked at.
    pub fn header_names(&self) -> impl ExactSizeIterator<Item = &HeaderName> {
        self.scopes.header_names.iter().map(|name| &**name)
    }

    /// All rules, each under the number by which [`Decision::rule_number`](crate::Decision::rule_number) means it: those of routes, then, with
    /// [`Options::mesh`], one for each port of a Service, then one for each pool.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleView<'_>> {
        self.rules.iter().map(|rule| RuleView { route: self.routes[rule.route].as_str(), rule })
    }

    /// The models to list at `/v1/models` for requests to `host` (without port; `None`: on routes of any host only): the exact values that
    /// AIGatewayRoutes ask of header `x-ai-eg-model`. Models that other hosts serve stay out, so that no tenant sees another's.
    pub fn published_models(&self, host: Option<&str>) -> impl Iterator<Item = &PublishedModel> {
        self.published.iter().filter(move |model| {
            let covered = |hostname: &String| host.is_some_and(|host| covers(hostname, host.as_bytes()));
            model.hostnames.is_empty() || model.hostnames.iter().any(covered)
        })
    }

    /// The port that requests go to where a header tells the data-parallel rank ([`Handler::DataParallel`]).
    pub fn primary_port(&self) -> Option<u16> {
        match self.scheduling.handler {
            Handler::DataParallel { primary_port } => Some(primary_port),
            _ => None,
        }
    }

    /// The pools, as `namespace/name`.
    pub fn pools(&self) -> impl ExactSizeIterator<Item = &ObjectName> {
        self.pools.iter().map(|pool| &pool.name)
    }
}

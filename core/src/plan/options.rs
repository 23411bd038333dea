//! What the host may choose about the meaning of its manifests.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::profile::SharedScorer;
use super::scheduling::Scheduling;
use super::strategy::Strategy;
use crate::units::Nanos;

/// Settings of [`Manifests::compile`](crate::Manifests::compile).
///
/// ```
/// use inferroute::{Options, Strategy};
///
/// let options = Options::default().strategy(Strategy::LeastRequest).default_namespace("serving");
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    pub(crate) strategy: Strategy,
    pub(crate) inference_extension: bool,
    pub(crate) default_namespace: String,
    pub(crate) first_match: bool,
    pub(crate) fallback_endpoints: usize,
    pub(crate) strict: bool,
    pub(crate) unknown_model: UnknownModel,
    pub(crate) envoy_gateway: bool,
    pub(crate) catch_all: bool,
    #[serde(rename = "stale_after_ns")]
    pub(crate) stale_after: Nanos,
    #[serde(rename = "lease_ns")]
    pub(crate) lease: Option<Nanos>,
    #[serde(skip)]
    pub(crate) scheduling: Option<Scheduling>,
    #[serde(skip)]
    pub(crate) custom_scorers: Vec<SharedScorer>,
    pub(crate) endpoint_picker_config_key: Option<String>,
    pub(crate) extension_filters: Vec<GroupKind>,
    pub(crate) mesh: bool,
    pub(crate) invalid_backend_refs: InvalidBackendRefs,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            inference_extension: true,
            default_namespace: "default".to_owned(),
            first_match: false,
            fallback_endpoints: 2,
            strict: false,
            unknown_model: UnknownModel::default(),
            envoy_gateway: false,
            catch_all: false,
            stale_after: Nanos::new(30_000_000_000),
            lease: Some(Nanos::new(3_600_000_000_000)),
            scheduling: None,
            custom_scorers: Vec::new(),
            endpoint_picker_config_key: None,
            extension_filters: Vec::new(),
            mesh: false,
            invalid_backend_refs: InvalidBackendRefs::default(),
        }
    }
}

impl Options {
    /// How an endpoint of a pool is chosen. Default: [`Strategy::PredictedCompletion`].
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Whether backendRefs may name an InferencePool. Default: yes. Off, such a reference is the error `RT0302`.
    #[must_use]
    pub fn inference_extension(mut self, on: bool) -> Self {
        self.inference_extension = on;
        self
    }

    /// The namespace of objects and endpoints that state none. Default: `default`.
    #[must_use]
    pub fn default_namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.default_namespace);
        self
    }

    /// Whether the first match in the order of the text wins, as in the first releases of Envoy AI Gateway, instead of the most specific one as
    /// Gateway API has it. Default: no.
    #[must_use]
    pub fn first_match(mut self, on: bool) -> Self {
        self.first_match = on;
        self
    }

    /// Whether objects that the Kubernetes API server would refuse are errors (`RT0401`), in its own words. Default: no; what has one meaning then
    /// loads.
    #[must_use]
    pub fn strict(mut self, on: bool) -> Self {
        self.strict = on;
        self
    }

    /// What happens to a model that no InferenceModel of its pool declares although others are. Default: [`UnknownModel::Pass`].
    #[must_use]
    pub fn unknown_model(mut self, policy: UnknownModel) -> Self {
        self.unknown_model = policy;
        self
    }

    /// Whether routes mean what Envoy Gateway makes of them where it departs from Gateway API. In the order of matches a method counts as one header,
    /// and of equal counts the one with more exact headers, then with more exact query parameters, goes first. A URLRewrite of a backendRef that
    /// changes the path cannot be followed: its share answers 500. Default: no.
    #[must_use]
    pub fn envoy_gateway(mut self, on: bool) -> Self {
        self.envoy_gateway = on;
        self
    }

    /// The kinds of extension filters that the host applies itself. A filter of type ExtensionRef that names one of them stands in
    /// [`Mutations::extensions`](crate::Mutations::extensions) as data, whether or not the object is among the manifests. Others answer 500, except
    /// for HTTPRouteFilters of Envoy Gateway that are among the manifests. Default: none.
    #[must_use]
    pub fn extension_filters(mut self, kinds: impl IntoIterator<Item = GroupKind>) -> Self {
        self.extension_filters = kinds.into_iter().collect();
        self
    }

    /// Whether the Services of the manifests are addresses that requests may be made to (Gateway API for service mesh): see
    /// [`Request::client_namespace`](crate::Request::client_namespace). Default: no.
    #[must_use]
    pub fn mesh(mut self, on: bool) -> Self {
        self.mesh = on;
        self
    }

    /// What backendRefs that lead nowhere mean for their AIGatewayRoute. Default: [`InvalidBackendRefs::FailShare`].
    #[must_use]
    pub fn invalid_backend_refs(mut self, meaning: InvalidBackendRefs) -> Self {
        self.invalid_backend_refs = meaning;
        self
    }

    /// Whether each AIGatewayRoute ends in the rule that Envoy AI Gateway adds: 404 for whatever else comes to its hosts. A rule without matches of a
    /// younger route then loses to the rule of an older one. Default: no.
    #[must_use]
    pub fn catch_all(mut self, on: bool) -> Self {
        self.catch_all = on;
        self
    }

    /// How an endpoint of a pool is chosen, spelled out; takes the place of [`strategy`](Self::strategy).
    #[must_use]
    pub fn scheduling(mut self, scheduling: Scheduling) -> Self {
        self.scheduling = Some(scheduling);
        self
    }

    /// Scorers of the host's own that an EndpointPickerConfig among the manifests may name as the `type` of a plugin. Default: none.
    #[must_use]
    pub fn custom_scorers(mut self, scorers: impl IntoIterator<Item = SharedScorer>) -> Self {
        self.custom_scorers = scorers.into_iter().collect();
        self
    }

    /// Which EndpointPickerConfig of the manifests counts where there are several: the one under this key in the data of a ConfigMap, which is the file name
    /// that the endpoint picker is given as `--config-file`. Default: the only one there is.
    #[must_use]
    pub fn endpoint_picker_config_key(mut self, key: &str) -> Self {
        self.endpoint_picker_config_key = Some(key.to_owned());
        self
    }

    /// The age from which what an endpoint said of its load counts as missing. Default: 30 s. Requests sent and finished since are added to what it
    /// said, so an old value is worse than a new one but better than none.
    #[must_use]
    pub fn stale_after(mut self, age: Nanos) -> Self {
        self.stale_after = age;
        self
    }

    /// How long a routed request counts in flight if its [`Ticket`](crate::Ticket) is never finished, dropped or renewed; `None` for ever. Default: one
    /// hour. A first token renews it.
    #[must_use]
    pub fn lease(mut self, length: Option<Nanos>) -> Self {
        self.lease = length;
        self
    }

    /// How many other endpoints of its pool a decision names beside the primary, for retries. Default: 2.
    #[must_use]
    pub fn fallback_endpoints(mut self, count: usize) -> Self {
        self.fallback_endpoints = count;
        self
    }
}

/// What happens to a model that no InferenceModel of its pool declares. Pools without any InferenceModel take every model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownModel {
    /// It goes on like any other (Inference Extension v1.0 and later).
    #[default]
    Pass,
    /// 404 `unknown_model` (v0.2 to v0.4).
    Reject,
    /// It goes on as [`Criticality::Sheddable`](crate::Criticality::Sheddable) (v0.5).
    Sheddable,
}

/// What a backendRef that names nothing, or what no ReferenceGrant permits, means for its AIGatewayRoute.
///
/// ```
/// use inferroute::{InvalidBackendRefs, Options};
///
/// let options = Options::default().invalid_backend_refs(InvalidBackendRefs::FreezeRoute);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidBackendRefs {
    /// Its share of the requests is answered 500, the others keep theirs (Gateway API, HTTPRouteRule).
    #[default]
    FailShare,
    /// The route takes no part, as if it were not among the manifests: the controller of Envoy AI Gateway does not program a route with a missing
    /// AIServiceBackend or a missing grant. A cluster that accepted the route before goes on with what it accepted; a host that wants that loads
    /// the manifests of that time for it. A missing InferencePool does not freeze a route, there as here.
    FreezeRoute,
}

/// A kind with its API group, written `group/Kind`.
///
/// ```
/// use inferroute::{GroupKind, Options};
///
/// let wasm: GroupKind = "example.com/WasmFilter".parse()?;
/// let options = Options::default().extension_filters([wasm]);
/// # Ok::<(), inferroute::BadGroupKind>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct GroupKind {
    pub(crate) group: String,
    pub(crate) kind: String,
}

/// A text that is not of the form `group/Kind`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a kind with its group; write it as in example.com/WasmFilter")]
pub struct BadGroupKind {
    text: String,
}

impl FromStr for GroupKind {
    type Err = BadGroupKind;

    fn from_str(text: &str) -> Result<Self, BadGroupKind> {
        let parts = text.split_once('/').filter(|(group, kind)| {
            !group.is_empty()
                && !kind.is_empty()
                && !kind.contains('/')
                && !text.contains(char::is_whitespace)
        });
        let (group, kind) = parts.ok_or_else(|| BadGroupKind { text: text.to_owned() })?;
        Ok(Self { group: group.to_owned(), kind: kind.to_owned() })
    }
}

impl TryFrom<String> for GroupKind {
    type Error = BadGroupKind;

    fn try_from(text: String) -> Result<Self, BadGroupKind> {
        text.parse()
    }
}

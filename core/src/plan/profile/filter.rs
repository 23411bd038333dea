//! What takes endpoints out before anything is compared.

use super::affinity::PrefixCacheAffinity;
use super::attribute::AttributeFilter;
use super::detector::{ConcurrencyDetector, UtilizationDetector};
use super::health::{CircuitBreaker, OutlierEjection};
use super::latency::SloHeadroomTier;
use super::session::Session;
use super::topology::{TopologyLabels, TopologyLevel};
use super::tree::DecisionTree;
use crate::manifest::{LabelSelector, Labels};

/// Takes endpoints out. Endpoints that the host reports as not ready are out before any filter runs. A filter that leaves nobody ends the decision on
/// the pool with 429 `no_endpoint_left`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// `label-selector-filter`: keeps endpoints whose labels the selector selects.
    LabelSelector(LabelSelector),
    /// `by-label`: keeps endpoints whose label has one of the values.
    ByLabel {
        /// The label.
        label: String,
        /// Values it may have.
        values: Vec<String>,
        /// Whether endpoints without the label stay.
        allow_missing: bool,
    },
    /// `decode-filter`, `prefill-filter`, `encode-filter`: keeps endpoints whose label `llm-d.ai/role` lets them take this part of a request.
    Role(Role),
    /// `utilization-filter`: keeps endpoints within all limits. What an endpoint does not tell is within its limit.
    Utilization {
        /// The limits.
        limits: Vec<LoadLimit>,
        /// Whether everyone stays where nobody is within the limits.
        fallback_on_empty: bool,
    },
    /// `prefix-cache-affinity-filter`: keeps endpoints that hold most of the prompt in their prefix caches, unless they are too busy.
    PrefixCacheAffinity(PrefixCacheAffinity),
    /// `utilization-detector`: keeps endpoints whose queue and KV cache are below limits.
    UtilizationDetector(UtilizationDetector),
    /// `concurrency-detector`: keeps endpoints with fewer requests or tokens in flight than they may have.
    ConcurrencyDetector(ConcurrencyDetector),
    /// `session-affinity-filter`: keeps the endpoint that the session belongs to; everyone where it belongs to none of them.
    SessionAffinity(Session),
    /// `context-length-aware` with `enableFiltering`: keeps endpoints whose label holds a range `min-max` with the prompt's length in it, or that have no
    /// such label. A label that is no range keeps nothing.
    ContextLength {
        /// The label. Upstream's default: `llm-d.ai/context-length-range`.
        label: String,
    },
    /// `endpoint-attribute-filter`: keeps endpoints whose attribute compares with a value.
    EndpointAttribute(AttributeFilter),
    /// `topology-affinity-filter`: keeps endpoints at least this close to the one that works on the other part of the request; everyone where none is, or
    /// there is no other part.
    TopologyAffinity {
        /// How close. Upstream's default: [`TopologyLevel::Host`].
        closest: TopologyLevel,
        /// Where endpoints say where they are.
        labels: TopologyLabels,
    },
    /// `slo-headroom-tier-filter`: keeps endpoints that are foreseen to be quick enough.
    SloHeadroomTier(SloHeadroomTier),
    /// `header-based-testing-filter`: keeps the endpoints whose addresses a header lists, `ip` or `ip:port`, separated by commas; nobody without the header.
    HeaderBasedTesting {
        /// The header. Upstream: `test-epp-endpoint-selection`.
        header: String,
        /// Whether the host sees to it that no client can send the header. Where it does not, the filter is as if it were not there: a header that any
        /// client may send must not steer requests past every other rule.
        trusted: bool,
    },
    /// `circuit-breaker-filter`: takes out endpoints that failed several times in a row.
    CircuitBreaker(CircuitBreaker),
    /// `outlier-ejection-filter`: takes out endpoints that fail too large a share of their requests.
    OutlierEjection(OutlierEjection),
    /// `low-queue-filter`: keeps endpoints with at most so many waiting requests.
    LowQueue {
        /// The most. Upstream's default: 128.
        threshold: u32,
    },
    /// `least-queue-filter`: keeps endpoints whose queue is at most least + (most - least) / endpoints, in whole requests.
    LeastQueue,
    /// `least-kv-cache-filter`: keeps endpoints whose KV cache usage is at most least + (most - least) / endpoints.
    LeastKvCache,
    /// `lora-affinity-filter`: keeps endpoints that have the adapter, and now and then those with room for one more instead. Requests without a model
    /// pass.
    LoraAffinity {
        /// The share of decisions that keep those with the adapter. Upstream's default: 0.999.
        affinity: f64,
    },
    /// `decision-tree-filter`: runs a filter, and another one that depends on whether it left anybody.
    DecisionTree(Box<DecisionTree>),
}

/// The most that an endpoint may have of something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadLimit {
    /// Of what.
    pub metric: LoadMetric,
    /// The most.
    pub max: f64,
}

/// What a [`LoadLimit`] limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadMetric {
    /// Requests in flight, as this router counts them.
    ActiveRequests,
    /// Requests that the endpoint works on, polled.
    RunningRequests,
    /// Requests that wait at the endpoint, polled.
    WaitingQueue,
    /// The share of the KV cache in use, polled, 0..=1.
    KvCacheUtilization,
}

/// A part of a request that an endpoint may be set apart for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Generating the answer. Endpoints without a role take it too.
    Decode,
    /// Working off the prompt.
    Prefill,
    /// Working off images, audio and video.
    Encode,
}

impl Filter {
    /// The type name, as EndpointPickerConfig and explanations have it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LabelSelector(_) => "label-selector-filter",
            Self::ByLabel { .. } => "by-label",
            Self::Role(Role::Decode) => "decode-filter",
            Self::Role(Role::Prefill) => "prefill-filter",
            Self::Role(Role::Encode) => "encode-filter",
            Self::Utilization { .. } => "utilization-filter",
            Self::PrefixCacheAffinity(_) => "prefix-cache-affinity-filter",
            Self::UtilizationDetector(_) => "utilization-detector",
            Self::ConcurrencyDetector(_) => "concurrency-detector",
            Self::SessionAffinity(_) => "session-affinity-filter",
            Self::ContextLength { .. } => "context-length-aware",
            Self::EndpointAttribute(_) => "endpoint-attribute-filter",
            Self::TopologyAffinity { .. } => "topology-affinity-filter",
            Self::SloHeadroomTier(_) => "slo-headroom-tier-filter",
            Self::HeaderBasedTesting { .. } => "header-based-testing-filter",
            Self::CircuitBreaker(_) => "circuit-breaker-filter",
            Self::OutlierEjection(_) => "outlier-ejection-filter",
            Self::LowQueue { .. } => "low-queue-filter",
            Self::LeastQueue => "least-queue-filter",
            Self::LeastKvCache => "least-kv-cache-filter",
            Self::LoraAffinity { .. } => "lora-affinity-filter",
            Self::DecisionTree(_) => "decision-tree-filter",
        }
    }

    /// Whether the filter keeps an endpoint with these labels, for filters that look at nothing else: states know their answer beforehand.
    pub(crate) fn by_labels(&self, labels: &Labels) -> Option<bool> {
        Some(match self {
            Self::LabelSelector(selector) => selector.selects(labels),
            Self::ByLabel { label, values, allow_missing } => {
                labels.get(label).map_or(*allow_missing, |value| values.contains(value))
            }
            Self::Role(role) => role.may_be_taken(labels.get("llm-d.ai/role").map(String::as_str)),
            _ => return None,
        })
    }

    /// Whether it, or a filter inside it, looks at what endpoints hold of a prompt.
    pub(crate) fn reads_prefixes(&self) -> bool {
        let reads = |filter: &&Self| {
            matches!(
                filter,
                Self::PrefixCacheAffinity(_) | Self::SloHeadroomTier(SloHeadroomTier { model: Some(_), .. })
            )
        };
        self.with_inner().iter().any(reads)
    }

    /// How it finds the endpoint of a session.
    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Self::SessionAffinity(session) => Some(session),
            _ => None,
        }
    }

    /// The headers that it reads.
    pub(crate) fn headers(&self) -> Vec<&str> {
        match self {
            Self::SessionAffinity(session) => vec![session.header()],
            Self::SloHeadroomTier(settings) => vec![&settings.ttft_header, &settings.tpot_header],
            Self::HeaderBasedTesting { header, .. } => vec![header],
            _ => Vec::new(),
        }
    }

    /// The labels that it reads for each request.
    pub(crate) fn labels(&self) -> Vec<&str> {
        match self {
            Self::ContextLength { label } => vec![label],
            Self::TopologyAffinity { labels, .. } => labels.all().to_vec(),
            _ => Vec::new(),
        }
    }

    /// The filter and all filters inside it.
    pub(crate) fn with_inner(&self) -> Vec<&Self> {
        let mut all = vec![self];
        if let Self::DecisionTree(tree) = self {
            all.extend(tree.filters().flat_map(Self::with_inner));
        }
        all
    }
}

impl Role {
    fn may_be_taken(self, role: Option<&str>) -> bool {
        let Some(role) = role else { return self == Self::Decode };
        match self {
            Self::Decode => matches!(role, "decode" | "prefill-decode" | "both" | "encode-prefill-decode"),
            Self::Prefill => {
                matches!(
                    role,
                    "prefill" | "encode-prefill" | "prefill-decode" | "both" | "encode-prefill-decode"
                )
            }
            Self::Encode => matches!(role, "encode" | "encode-prefill" | "encode-prefill-decode"),
        }
    }
}

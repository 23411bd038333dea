//! What rates endpoints.

use super::attribute::Normalization;
use super::completion::PredictedCompletion;
use super::custom::SharedScorer;
use super::hash_key::HashKey;
use super::latency::LatencyScorer;
use super::session::Session;
use super::topology::TopologyLabels;
use crate::units::Nanos;

/// Rates the endpoints that are left; more is better. An endpoint that a scorer cannot rate gets nothing from it.
///
/// Polled values older than [`Options::stale_after`](crate::Options::stale_after) are as good as missing, and an endpoint whose value is missing is
/// neither rated nor looked at for the others' rating: nothing known is not the same as nothing to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Scorer {
    /// 1 / (1 + requests in flight). Independent of the other endpoints.
    LeastRequest,
    /// `queue-scorer`: (most - waiting) / (most - fewest) over the polled queue lengths; 1 where all are equal.
    Queue,
    /// `running-requests-size-scorer`: the same over the polled number of running requests.
    RunningRequests,
    /// `kv-cache-utilization-scorer`: 1 - the polled share of the KV cache in use.
    KvCacheUtilization,
    /// `active-request-scorer`: 1 up to `idle_threshold` requests in flight, else (most - n) / most x `max_busy_score`, n and most counted in flight by
    /// this router.
    ActiveRequest {
        /// Requests up to which an endpoint counts as idle. Upstream's default: 0.
        idle_threshold: u32,
        /// What an endpoint that is not idle may reach, 0..=1. Upstream's default: 1.
        max_busy_score: f64,
    },
    /// `token-load-scorer`: 1 - tokens / `queue_threshold`, tokens being those of prompts sent there without a first token yet, and of this request.
    TokenLoad {
        /// Tokens that count as full. Upstream's default: 4,194,304.
        queue_threshold: f64,
    },
    /// `prefix-cache-scorer`: the share of the prompt's blocks that the endpoint holds from the first on, or a square of how many tokens those are, or
    /// some of both. Endpoints are not rated for requests that bring no prompt.
    PrefixCache {
        /// What the number of tokens counts for, 0..=1; the share counts for the rest. Upstream's default: 0.
        match_length_weight: f64,
        /// Tokens whose match rates 1. Upstream's default: 8,192.
        match_length_scale_tokens: f64,
    },
    /// `no-hit-lru-scorer`: spreads requests of whose prompt no candidate holds anything, so that caches grow evenly. 0.5 for all where one does. Else
    /// 1 - place / (candidates - 1): first come those that never were sent such a request, in the pool's order, then the least recently used. Requests that
    /// bring no prompt are such too. What counts is told by [`Router::route`](crate::Router::route), for the endpoint that prefills as well; places are
    /// counted among the candidates (upstream counts all endpoints that it remembers, so that few among many all rate 0).
    NoHitLru {
        /// How many of the latest such endpoints count as used; 0 for any number. Upstream's default: 1,024.
        remembered: u32,
    },
    /// `load-aware-scorer`: 0.5 for an empty queue, falling to 0 at `threshold` waiting requests.
    LoadAware {
        /// Waiting requests that count as full. Upstream's default: 128.
        threshold: f64,
    },
    /// `lora-affinity-scorer`: whether the endpoint can serve the model's adapter without loading it first.
    LoraAffinity(LoraFormula),
    /// `session-affinity-scorer`: 1 for the endpoint that the session belongs to, 0 for others; 0 for all where it belongs to none.
    SessionAffinity(Session),
    /// `header-label-affinity-scorer`: 1 where the label equals the header's value, else 0; 0 for all without the header.
    HeaderLabelAffinity {
        /// The header's name.
        header: String,
        /// The label.
        label: String,
    },
    /// `context-length-aware`: how well the prompt's length suits the range `min-max` in the endpoint's label. Inside, 0.3 + 0.7 x (0.7 / (1 + width /
    /// 10,000) + 0.3 x (max - length) / width), 1 for a range of one length; outside, 0.3 / (1 + distance / 1000); 0.5 without the label, 0 for a label
    /// that is no range.
    ContextLength {
        /// The label. Upstream's default: `llm-d.ai/context-length-range`.
        label: String,
    },
    /// `endpoint-attribute-scorer`: where an attribute lies in its range. Nothing where it is missing or stale; 1 where all have the same.
    EndpointAttribute {
        /// The attribute's name.
        attribute: String,
        /// Whether less is better.
        less_is_better: bool,
        /// The range.
        normalization: Normalization,
    },
    /// `topology-affinity-scorer`: how close the endpoint is to the one that works on the other part of the request: 1 on the same host, 0.2 in the same
    /// rack, 0.05 in the same zone, 0.02 in the same region, else 0. Without another part, 0 for all.
    TopologyAffinity(TopologyLabels),
    /// `latency-scorer`: how much quicker than it must be an endpoint is foreseen to be.
    Latency(LatencyScorer),
    /// `peak-ewma-scorer`: the least over the own of: mean time to the first token x (1 + requests in flight). The mean goes up at once and forgets with the
    /// [half-life](crate::Scheduling::half_life). Times are measured by [`Ticket::first_token`](crate::Ticket::first_token).
    PeakEwma {
        /// What an endpoint counts as whose time was never measured.
        default_ttft: Nanos,
    },
    /// `predicted-completion-scorer`: the least over the own of: seconds until the request would be answered there, and what it costs the others. Of
    /// what is not known nothing is assumed: without a prompt the requests in flight decide.
    PredictedCompletion(PredictedCompletion),
    /// `rendezvous-scorer`: a number 0..1 that the endpoint has for the request's key. With `max-score-picker` requests with one key meet at one endpoint,
    /// and only those of an endpoint that goes move. Independent of the other endpoints.
    Rendezvous(HashKey),
    /// `bounded-load-scorer`: as `rendezvous-scorer` in 0..0.5, and 0.5 more where the endpoint has fewer requests in flight than `balance` x the mean,
    /// rounded up: an endpoint that is full gives way to the next in the key's own order.
    BoundedLoad {
        /// What requests are hashed by.
        key: HashKey,
        /// How far above the mean of all candidates an endpoint may go, at least 1. 1.25 is a good choice.
        balance: f64,
    },
    /// A scorer of the host's own.
    Custom(SharedScorer),
}

/// How a [`Scorer::LoraAffinity`] rates. An adapter is active where requests that use it run, waiting where they wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoraFormula {
    /// As upstream: 1 where the adapter is active; else 0.8 where active and waiting ones, counted apart, are fewer than the endpoint's limit; else 0.6
    /// where it is waiting; else 0. An adapter that is active and waiting takes two places, so the 0.8 is given too rarely (llm-d-router issue 2605).
    #[default]
    Upstream,
    /// 1 where the adapter is active; 0.8 where it is waiting, because it will be loaded anyway; 0.6 where there is room for one more, each adapter counted
    /// once; else 0.
    EachOnce,
}

impl Scorer {
    /// Whether it looks at what endpoints hold of a prompt.
    pub(crate) fn reads_prefixes(&self) -> bool {
        matches!(
            self,
            Self::PrefixCache { .. }
                | Self::NoHitLru { .. }
                | Self::TokenLoad { .. }
                | Self::Latency(_)
                | Self::PredictedCompletion(_)
        )
    }

    /// The type name, as EndpointPickerConfig and explanations have it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::LeastRequest => "least-request-scorer",
            Self::Queue => "queue-scorer",
            Self::RunningRequests => "running-requests-size-scorer",
            Self::KvCacheUtilization => "kv-cache-utilization-scorer",
            Self::ActiveRequest { .. } => "active-request-scorer",
            Self::TokenLoad { .. } => "token-load-scorer",
            Self::LoadAware { .. } => "load-aware-scorer",
            Self::PrefixCache { .. } => "prefix-cache-scorer",
            Self::NoHitLru { .. } => "no-hit-lru-scorer",
            Self::LoraAffinity(_) => "lora-affinity-scorer",
            Self::SessionAffinity(_) => "session-affinity-scorer",
            Self::HeaderLabelAffinity { .. } => "header-label-affinity-scorer",
            Self::ContextLength { .. } => "context-length-aware",
            Self::EndpointAttribute { .. } => "endpoint-attribute-scorer",
            Self::TopologyAffinity(_) => "topology-affinity-scorer",
            Self::Latency(_) => "latency-scorer",
            Self::PeakEwma { .. } => "peak-ewma-scorer",
            Self::PredictedCompletion(_) => "predicted-completion-scorer",
            Self::Rendezvous(_) => "rendezvous-scorer",
            Self::BoundedLoad { .. } => "bounded-load-scorer",
            Self::Custom(scorer) => scorer.0.name(),
        }
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
            Self::HeaderLabelAffinity { header, .. } => vec![header],
            Self::Latency(settings) => vec![&settings.ttft_header, &settings.tpot_header],
            Self::Rendezvous(HashKey::Header(header))
            | Self::BoundedLoad { key: HashKey::Header(header), .. } => vec![header],
            _ => Vec::new(),
        }
    }

    /// The labels that it reads.
    pub(crate) fn labels(&self) -> Vec<&str> {
        match self {
            Self::HeaderLabelAffinity { label, .. } | Self::ContextLength { label } => vec![label],
            Self::TopologyAffinity(labels) => labels.all().to_vec(),
            _ => Vec::new(),
        }
    }
}

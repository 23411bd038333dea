//! What rates endpoints.

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
    /// `load-aware-scorer`: 0.5 for an empty queue, falling to 0 at `threshold` waiting requests.
    LoadAware {
        /// Waiting requests that count as full. Upstream's default: 128.
        threshold: f64,
    },
}

impl Scorer {
    /// Whether it looks at what endpoints hold of a prompt.
    pub(crate) fn reads_prefixes(&self) -> bool {
        matches!(self, Self::PrefixCache { .. })
    }

    /// The type name, as EndpointPickerConfig and explanations have it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::LeastRequest => "least-request-scorer",
            Self::Queue => "queue-scorer",
            Self::RunningRequests => "running-requests-size-scorer",
            Self::KvCacheUtilization => "kv-cache-utilization-scorer",
            Self::ActiveRequest { .. } => "active-request-scorer",
            Self::TokenLoad { .. } => "token-load-scorer",
            Self::PrefixCache { .. } => "prefix-cache-scorer",
            Self::LoadAware { .. } => "load-aware-scorer",
        }
    }
}

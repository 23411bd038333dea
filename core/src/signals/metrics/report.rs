//! What a model server says of its load, whichever engine it runs.

use serde::{Deserialize, Serialize};

use super::fraction::Fraction;

/// The load of one endpoint, as its model server reports it. `None` is not known; it is never a zero.
///
/// Reports serialise, so hosts that share the work of polling can send them to each other.
///
/// ```
/// use inferroute::{Fraction, LoadReport};
///
/// let mut report = LoadReport::default();
/// report.waiting = Some(3);
/// report.kv_usage = Fraction::new(0.25);
/// assert_eq!(serde_json::to_string(&report)?, r#"{"waiting":3,"kv_usage":0.25}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LoadReport {
    /// Requests that wait to be scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u32>,
    /// Requests in the running batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<u32>,
    /// The most requests that can run at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_running: Option<u32>,
    /// How much of the KV cache holds what running requests need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_usage: Option<Fraction>,
    /// Tokens in a block of the KV cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
    /// Blocks of the KV cache. Times `block_size` this need not be its tokens: models with several kinds of layers divide the blocks among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<u32>,
    /// Tokens that fit into the KV cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_tokens: Option<u64>,
    /// Prompt tokens since the server started. Totals fall back to 0 when it starts anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Generated tokens since the server started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation_tokens: Option<u64>,
    /// What was looked up in the prefix cache since the server started, in the unit of `prefix_hits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_queries: Option<u64>,
    /// What was found there: tokens, of TensorRT-LLM blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_hits: Option<u64>,
    /// How often a running request lost its place for want of cache, since the server started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preemptions: Option<u64>,
    /// LoRA adapters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lora: Option<LoraReport>,
}

/// The LoRA adapters that have requests at an endpoint. An adapter that is loaded and idle is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LoraReport {
    /// Adapters of running requests, sorted, each once.
    pub active: Vec<String>,
    /// Adapters of waiting requests, sorted, each once. An adapter may be in both.
    pub waiting: Vec<String>,
    /// The most adapters in one batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

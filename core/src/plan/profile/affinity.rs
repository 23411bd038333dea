//! What keeps requests at endpoints that hold their prompts.

/// Settings of [`Filter::PrefixCacheAffinity`](super::Filter::PrefixCacheAffinity).
///
/// Endpoints that hold at least `threshold` of the prompt are sticky; only they stay, where there are any. Everyone stays where the best sticky endpoint
/// would take more than `max_ttft_penalty` longer to its first token than the best of the others; so that the others then win, the scorers that follow
/// must look at load only (llm-d-router pull request 2651). Everyone also stays in a share `exploration` of all decisions.
#[derive(Clone, Debug, PartialEq)]
pub struct PrefixCacheAffinity {
    /// The share of a prompt's blocks from which an endpoint is sticky; 0 turns the filter off. Default: 0.8.
    pub threshold: f64,
    /// The share of decisions that everyone stays in. Default: 0.
    pub exploration: f64,
    /// Milliseconds that stickiness may cost; 0: whatever it costs. Default: 18,000.
    pub max_ttft_penalty: f64,
    /// How long an endpoint would take. Default: prefill at 15,928 tokens a second.
    pub ttft: ExpectedTtft,
}

/// How the time to the first token is foreseen.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ExpectedTtft {
    /// `prefillThroughput`: the prompt tokens that wait at the endpoint, as this router counts them, at so many tokens a second.
    PrefillThroughput(f64),
}

impl Default for PrefixCacheAffinity {
    fn default() -> Self {
        Self {
            threshold: 0.8,
            exploration: 0.0,
            max_ttft_penalty: 18_000.0,
            ttft: ExpectedTtft::PrefillThroughput(15_928.0),
        }
    }
}

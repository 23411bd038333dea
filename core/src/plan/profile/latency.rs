//! How long requests take, foreseen by a model that the host brings or sets.

use std::fmt::Debug;
use std::sync::Arc;

/// Foresees how long a request would take at an endpoint. A model is a pure function: the same features give the same prediction, or decisions could not
/// be replayed. It is asked once an endpoint and filter or scorer, so it must be quick; it must not panic.
pub trait LatencyModel: Debug + Send + Sync {
    /// The prediction; `None` where the features do not suffice for one. Milliseconds that are not finite count as no prediction.
    fn predict(&self, features: &LatencyFeatures) -> Option<LatencyPrediction>;
}

/// What a [`LatencyModel`] may look at. What is not known is `None`, or 0 for counts of this router's own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LatencyFeatures {
    /// Requests in the endpoint's queue by now: as polled, with those sent and finished since.
    pub waiting: Option<u32>,
    /// Requests that it works on, polled.
    pub running: Option<u32>,
    /// The share of its KV cache in use, polled.
    pub kv_usage: Option<f64>,
    /// Requests in flight there, of this router.
    pub in_flight: u32,
    /// Prompt tokens that wait there, of this router.
    pub waiting_tokens: u64,
    /// Tokens of the request's prompt; 0 where that is not known.
    pub prompt_tokens: u32,
    /// The share of the prompt in the endpoint's prefix cache, 0..=1.
    pub prefix_share: f64,
}

/// What a [`LatencyModel`] foresees, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatencyPrediction {
    /// To the first token.
    pub ttft: f64,
    /// For each token after it.
    pub tpot: f64,
}

/// A [`LatencyModel`] that is a sum of features, each times a number that the host has measured or fitted. Nothing where the endpoint did not tell its
/// load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinearLatency {
    /// Milliseconds to the first token.
    pub ttft: LinearTerms,
    /// Milliseconds for each token after it.
    pub tpot: LinearTerms,
}

/// The terms of a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinearTerms {
    /// Whatever the features.
    pub constant: f64,
    /// For each request that waits.
    pub waiting: f64,
    /// For each request that runs.
    pub running: f64,
    /// For a KV cache that is full.
    pub kv_usage: f64,
    /// For each token of the prompt that is not in the prefix cache.
    pub uncached_token: f64,
    /// For each prompt token that waits already.
    pub waiting_token: f64,
}

impl LatencyModel for LinearLatency {
    fn predict(&self, features: &LatencyFeatures) -> Option<LatencyPrediction> {
        let (waiting, running) = (f64::from(features.waiting?), f64::from(features.running?));
        let kv_usage = features.kv_usage?;
        let uncached = f64::from(features.prompt_tokens) * (1.0 - features.prefix_share);
        let waiting_tokens = crate::real::of(features.waiting_tokens);
        let sum = |terms: &LinearTerms| {
            terms.constant
                + terms.waiting * waiting
                + terms.running * running
                + terms.kv_usage * kv_usage
                + terms.uncached_token * uncached
                + terms.waiting_token * waiting_tokens
        };
        Some(LatencyPrediction { ttft: sum(&self.ttft), tpot: sum(&self.tpot) })
    }
}

/// The model that a filter or scorer asks. Two are equal if they are the same one.
#[derive(Clone, Debug)]
pub struct SharedModel(pub(crate) Arc<dyn LatencyModel>);

impl SharedModel {
    /// A model to be asked.
    pub fn new(model: impl LatencyModel + 'static) -> Self {
        Self(Arc::new(model))
    }
}

impl PartialEq for SharedModel {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Settings of [`Scorer::Latency`](super::Scorer::Latency).
///
/// A request says what it may take in two headers, milliseconds to the first token and for each token after it; without one, or with one that is no
/// number, it may take no time at all, so that headroom is the prediction with its sign turned. Headroom is what it may take less the prediction.
///
/// Endpoints where both headrooms are at least 0, or without a prediction, are rated if there are any; else, of those without requests in flight, if there
/// are any; else those that only miss the time for each token; else those that only miss the time to the first; else all. Among them both headrooms are
/// put between the least and the most, weighed and added; [`HeadroomChoice`] says which end is better. The others rate 0. Ratings are in hundredths.
///
/// Where no endpoint has a prediction, the rating is a sum of the free KV cache, the queue relative to the longest, and the share of the prompt in the
/// prefix cache, whatever is missing counting as idle.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyScorer {
    /// What foresees; `None`: nothing is foreseen.
    pub model: Option<SharedModel>,
    /// The header with the milliseconds to the first token. Default: `x-llm-d-slo-ttft-ms`.
    pub ttft_header: String,
    /// The header with the milliseconds for each token after it. Default: `x-llm-d-slo-tpot-ms`.
    pub tpot_header: String,
    /// What the headroom to the first token counts. Default: 0.8.
    pub ttft_weight: f64,
    /// What the headroom for each token counts. Default: 0.2.
    pub tpot_weight: f64,
    /// Which headroom is better. Default: the least.
    pub choice: HeadroomChoice,
    /// What the free KV cache counts where nothing is foreseen. Default: 1.
    pub kv_weight: f64,
    /// What the queue counts there. Default: 1.
    pub queue_weight: f64,
    /// What the prefix cache counts there. Default: 1.
    pub prefix_weight: f64,
}

/// Which endpoint to prefer among those that are quick enough. Among those that are not, the one that misses least always is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadroomChoice {
    /// The one that is just quick enough: the quicker ones stay free for requests that need them.
    #[default]
    Least,
    /// The quickest.
    Most,
}

impl Default for LatencyScorer {
    fn default() -> Self {
        Self {
            model: None,
            ttft_header: "x-llm-d-slo-ttft-ms".to_owned(),
            tpot_header: "x-llm-d-slo-tpot-ms".to_owned(),
            ttft_weight: 0.8,
            tpot_weight: 0.2,
            choice: HeadroomChoice::Least,
            kv_weight: 1.0,
            queue_weight: 1.0,
            prefix_weight: 1.0,
        }
    }
}

/// Settings of [`Filter::SloHeadroomTier`](super::Filter::SloHeadroomTier). Headroom is as in [`LatencyScorer`].
#[derive(Clone, Debug, PartialEq)]
pub struct SloHeadroomTier {
    /// What foresees; `None`: everyone stays.
    pub model: Option<SharedModel>,
    /// The header with the milliseconds to the first token. Default: `x-llm-d-slo-ttft-ms`.
    pub ttft_header: String,
    /// The header with the milliseconds for each token after it. Default: `x-llm-d-slo-tpot-ms`.
    pub tpot_header: String,
    /// The share of decisions in which the slower ones stay instead, so that predictions of them can be told wrong. Default: 0.01.
    pub exploration: f64,
}

impl Default for SloHeadroomTier {
    fn default() -> Self {
        let LatencyScorer { model, ttft_header, tpot_header, .. } = LatencyScorer::default();
        Self { model, ttft_header, tpot_header, exploration: 0.01 }
    }
}

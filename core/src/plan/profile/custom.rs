//! The host's own scorers.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use crate::decide::ScoringView;
use crate::request::Request;
use crate::signals::Fraction;

/// A scorer that the host brings. It is part of the decision, so it must be a pure function of its arguments: the same request and the same endpoints get
/// the same ratings, or decisions could not be replayed. It must not block.
pub trait CustomScorer: Debug + Send + Sync {
    /// The name in explanations, and the `type` by which an EndpointPickerConfig names it.
    fn name(&self) -> &str;

    /// Rates the endpoints: `ratings` holds one `None` for each of them, in their order. Ratings are held to 0..=1; an endpoint without one gets nothing.
    ///
    /// # Errors
    /// [`ScorerFailure`] where it cannot rate. Nobody is rated then, the explanation says why, and the decision goes on.
    fn score(
        &self,
        request: &Request<'_>,
        endpoints: &ScoringView<'_>,
        ratings: &mut [Option<f64>],
    ) -> Result<(), ScorerFailure>;
}

/// What a [`CustomScorer`] may look at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ScoredEndpoint<'e> {
    /// Its number among [`State::endpoints`](crate::State::endpoints).
    pub number: usize,
    /// The id.
    pub id: &'e str,
    /// `host:port`, where it is known.
    pub address: Option<&'e str>,
    /// Its labels.
    pub labels: &'e std::collections::BTreeMap<String, String>,
    /// Requests in flight there, of this router.
    pub in_flight: u32,
    /// Prompt tokens that wait there, of this router.
    pub waiting_tokens: u64,
    /// Requests in its queue, polled; `None` where that is missing or stale.
    pub waiting: Option<u32>,
    /// Requests that it works on, polled; `None` where that is missing or stale.
    pub running: Option<u32>,
    /// The share of its KV cache in use, polled; `None` where that is missing or stale.
    pub kv_usage: Option<Fraction>,
    /// The share of the prompt in its prefix cache, 0..=1; `None` where no index knows.
    pub prefix_share: Option<f64>,
}

/// Why a [`CustomScorer`] rated nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ScorerFailure {
    /// What an explanation says.
    pub reason: Cow<'static, str>,
}

/// A [`CustomScorer`] in a profile. Two are equal if they are the same one.
#[derive(Clone, Debug)]
pub struct SharedScorer(pub(crate) Arc<dyn CustomScorer>);

impl SharedScorer {
    /// A scorer to be asked.
    pub fn new(scorer: impl CustomScorer + 'static) -> Self {
        Self(Arc::new(scorer))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.name()
    }
}

impl PartialEq for SharedScorer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

//! Asks a scorer of the host's own.

use smallvec::SmallVec;

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::ids::Ix;
use crate::plan::{CustomScorer, ScoredEndpoint, ScorerFailure};
use crate::signals::Fraction;
use crate::state::State;
use crate::units::Nanos;

/// The endpoints that a [`CustomScorer`] is to rate.
pub struct ScoringView<'a> {
    facts: &'a Facts<'a>,
    candidates: Candidates<'a>,
}

impl ScoringView<'_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.candidates.len()
    }

    /// The time of the decision.
    pub fn now(&self) -> Nanos {
        self.facts.now
    }

    /// The state that is decided on.
    pub fn state(&self) -> &State {
        self.facts.state
    }

    /// The model that the endpoint will be asked for; empty where the request names none.
    pub fn model(&self) -> &str {
        self.facts.model()
    }

    /// Tokens of the prompt, as the host counted them or as many as its text makes.
    pub fn prompt_tokens(&self) -> u32 {
        self.facts.prompt_tokens
    }

    /// Calls `each` with the number, from 0, and the knowledge of every endpoint, in order. Allocates nothing.
    pub fn for_each(&self, mut each: impl FnMut(usize, ScoredEndpoint<'_>)) {
        let facts = self.facts;
        let mut number = 0;
        self.candidates.for_each(|position| {
            if let (Some(endpoint), Some(cell), Some(labels)) =
                (facts.endpoint(position), facts.cell(position), facts.labels(position))
            {
                let (ix, prefix) = (endpoint, facts.prefix(position));
                let endpoint = &facts.state.endpoints[ix];
                let polled = cell.polled(facts.oldest);
                each(
                    number,
                    ScoredEndpoint {
                        number: ix.position(),
                        id: endpoint.id(),
                        address: endpoint.address(),
                        labels,
                        in_flight: cell.in_flight(),
                        waiting_tokens: cell.waiting_tokens(),
                        waiting: polled.and_then(|polled| polled.waiting()),
                        running: polled.and_then(|polled| polled.running()),
                        kv_usage: polled.and_then(|polled| polled.kv_usage()).and_then(Fraction::new),
                        prefix_share: prefix.map(|found| found.share()),
                    },
                );
            }
            number += 1;
        });
    }
}

impl std::fmt::Debug for ScoringView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScoringView").field("count", &self.count()).finish_non_exhaustive()
    }
}

/// What failed counts as not rated, whatever the scorer left behind.
#[inline(never)]
pub(super) fn rate(
    scorer: &dyn CustomScorer,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) -> Result<(), ScorerFailure> {
    let mut given: SmallVec<[Option<f64>; 4096]> = SmallVec::new();
    given.resize(candidates.len(), None);
    let outcome = scorer.score(facts.request, &ScoringView { facts, candidates }, &mut given);
    let mut given = given.into_iter();
    candidates.rate_each(ratings, |_| given.next().flatten().filter(|_| outcome.is_ok()));
    outcome
}

//! Scorers rate an endpoint; more is better. One file a scorer.

mod active_request;
mod context_length;
mod custom;
mod endpoint_attribute;
mod hashing;
mod header_label_affinity;
mod kv_cache_utilization;
mod latency;
mod least_request;
mod load_aware;
mod lora_affinity;
mod no_hit_lru;
mod peak_ewma;
mod predicted_completion;
mod prefix_cache;
mod prefix_copies;
mod queue;
mod relative;
mod running_requests;
mod session_affinity;
mod token_load;
mod topology_affinity;

pub use custom::ScoringView;
pub(super) use topology_affinity::between;

use smallvec::SmallVec;

use super::candidates::Candidates;
use super::facts::Facts;
use crate::plan::{Profile, Scorer, ScorerFailure, Weighted};
use crate::real::{greater, lesser};
use crate::trace::{Step, Trace};

/// A number for each candidate, by their number. Up to `ROOM` of them live on the stack.
pub(super) type Scores<const ROOM: usize> = SmallVec<[f64; ROOM]>;

/// The rating of a candidate of which a scorer makes nothing. Any other value that is not a number means the same.
const NOTHING: f64 = f64::NAN;

/// Writes the points of the profile's scorers into `scores`, which is empty, one for each candidate.
#[inline(always)]
pub(super) fn all<T: Trace, const ROOM: usize>(
    profile: &Profile,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    scores: &mut Scores<ROOM>,
    trace: &mut T,
) {
    let mut ratings = Scores::<ROOM>::new();
    scores.resize(candidates.len(), 0.0);
    let further = profile.scorers.get(1..).unwrap_or_default();
    if T::ON || !further.iter().all(|weighted| is_added(&weighted.scorer, candidates)) {
        ratings.resize(candidates.len(), 0.0);
    }
    total(profile, facts, candidates, scores, &mut ratings, trace);
}

/// Writes the points of the profile's scorers into `scores`, which are 0, one for each candidate. `ratings` is as much room, whatever is in it; none is
/// needed where all scorers but the first [are added](is_added).
///
/// Scorer by scorer in the profile's order, so that the sums come out the same on every machine; each scorer rates all candidates before the next one
/// looks at any, so that its loop is a few instructions.
pub(super) fn total<T: Trace>(
    profile: &Profile,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    scores: &mut [f64],
    ratings: &mut [f64],
    trace: &mut T,
) {
    let Some((first, others)) = profile.scorers.split_first() else { return };
    if T::ON || !begin(first, facts, candidates, scores) {
        // Those of the first stand where the sums will: nothing has to be added to nothing.
        rate_and_tell(first, facts, candidates, scores, trace);
        scores.iter_mut().for_each(|score| *score = points(first.weight, *score));
    }
    for weighted in others {
        if T::ON || !add(weighted, facts, candidates, scores) {
            rate_and_tell(weighted, facts, candidates, ratings, trace);
            for (score, rating) in scores.iter_mut().zip(&*ratings) {
                *score += points(weighted.weight, *rating);
            }
        }
    }
}

/// Whether [`add`] takes the scorer.
fn is_added(scorer: &Scorer, candidates: Candidates<'_>) -> bool {
    match scorer {
        Scorer::KvCacheUtilization => true,
        Scorer::PrefixCache { .. } => matches!(candidates, Candidates::All(_)),
        _ => false,
    }
}

/// Adds the points of a scorer to the scores without its ratings being written down first. Says whether it did.
#[inline(always)]
fn add(weighted: &Weighted, facts: &Facts<'_>, candidates: Candidates<'_>, scores: &mut [f64]) -> bool {
    let is_added = is_added(&weighted.scorer, candidates);
    match &weighted.scorer {
        Scorer::KvCacheUtilization => {
            kv_cache_utilization::rate(facts, candidates, scores, |score, rating| {
                *score += points(weighted.weight, rating);
            });
        }
        Scorer::PrefixCache { match_length_weight, match_length_scale_tokens } if is_added => {
            let (length, scale) = (*match_length_weight, *match_length_scale_tokens);
            prefix_cache::add_to_holders(weighted.weight, length, scale, facts, scores);
        }
        _ => {}
    }
    is_added
}

/// The same of the first scorer, before which all scores are 0: of those that compare candidates with each other as well, whose values have room there.
#[inline(always)]
fn begin(first: &Weighted, facts: &Facts<'_>, candidates: Candidates<'_>, scores: &mut [f64]) -> bool {
    match &first.scorer {
        Scorer::Queue => queue::rate(facts, candidates, scores, |rating| points(first.weight, rating)),
        _ => return add(first, facts, candidates, scores),
    }
    true
}

/// What a rating counts.
#[inline(always)]
fn points(weight: f64, rating: f64) -> f64 {
    weight * bounded(rating)
}

#[inline(always)]
fn rate_and_tell<T: Trace>(
    weighted: &Weighted,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
    trace: &mut T,
) {
    if let Err(failure) = rate(&weighted.scorer, facts, candidates, ratings) {
        let scorer = weighted.scorer.as_str();
        trace.record(Step::ScorerFailed { scorer, reason: &failure.reason });
    }
    if T::ON {
        let mut rated = ratings.iter();
        candidates.for_each(|position| {
            tell(facts, position, weighted, rated.next().copied().unwrap_or(NOTHING), trace);
        });
    }
}

/// Writes the rating of every candidate. Only a scorer of the host's own can fail.
///
/// The scorers of most profiles stand here, the others apart: a function that holds them all would save more registers than a cheap scorer uses.
#[inline]
fn rate(
    scorer: &Scorer,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) -> Result<(), ScorerFailure> {
    match scorer {
        Scorer::LeastRequest => least_request::rate(facts, candidates, ratings),
        Scorer::Queue => queue::rate(facts, candidates, ratings, |rating| rating),
        Scorer::KvCacheUtilization => {
            kv_cache_utilization::rate(facts, candidates, ratings, |place, rating| *place = rating);
        }
        Scorer::PrefixCache { match_length_weight, match_length_scale_tokens } => {
            prefix_cache::rate(*match_length_weight, *match_length_scale_tokens, facts, candidates, ratings);
        }
        _ => return rate_apart(scorer, facts, candidates, ratings),
    }
    Ok(())
}

#[inline(never)]
fn rate_apart(
    scorer: &Scorer,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) -> Result<(), ScorerFailure> {
    match scorer {
        Scorer::LeastRequest | Scorer::Queue | Scorer::KvCacheUtilization | Scorer::PrefixCache { .. } => {}
        Scorer::RunningRequests => running_requests::rate(facts, candidates, ratings),
        Scorer::ActiveRequest { idle_threshold, max_busy_score } => {
            active_request::rate(*idle_threshold, *max_busy_score, facts, candidates, ratings);
        }
        Scorer::TokenLoad { queue_threshold } => {
            token_load::rate(*queue_threshold, facts, candidates, ratings)
        }
        Scorer::LoadAware { threshold } => load_aware::rate(*threshold, facts, candidates, ratings),
        Scorer::NoHitLru { remembered } => no_hit_lru::rate(*remembered, facts, candidates, ratings),
        Scorer::LoraAffinity(formula) => lora_affinity::rate(*formula, facts, candidates, ratings),
        Scorer::SessionAffinity(session) => session_affinity::rate(session, facts, candidates, ratings),
        Scorer::HeaderLabelAffinity { header, label } => {
            header_label_affinity::rate(header, label, facts, candidates, ratings);
        }
        Scorer::ContextLength { label } => context_length::rate(label, facts, candidates, ratings),
        Scorer::EndpointAttribute { attribute, less_is_better, normalization } => {
            endpoint_attribute::rate(attribute, *less_is_better, *normalization, facts, candidates, ratings);
        }
        Scorer::TopologyAffinity(labels) => topology_affinity::rate(labels, facts, candidates, ratings),
        Scorer::Latency(settings) => latency::rate(settings, facts, candidates, ratings),
        Scorer::PeakEwma { default_ttft } => peak_ewma::rate(*default_ttft, facts, candidates, ratings),
        Scorer::PredictedCompletion(settings) => {
            predicted_completion::rate(settings, facts, candidates, ratings);
        }
        Scorer::Rendezvous(key) => hashing::rendezvous(key, facts, candidates, ratings),
        Scorer::BoundedLoad { key, balance } => {
            hashing::bounded_load(key, *balance, facts, candidates, ratings);
        }
        Scorer::Custom(scorer) => return custom::rate(&*scorer.0, facts, candidates, ratings),
    }
    Ok(())
}

/// A rating held to 0..=1; what is not a number rates 0, so that it can neither win nor spoil a comparison.
#[inline]
fn bounded(rating: f64) -> f64 {
    lesser(greater(rating, 0.0), 1.0)
}

fn tell<T: Trace>(facts: &Facts<'_>, position: usize, weighted: &Weighted, rating: f64, trace: &mut T) {
    if let Some(endpoint) = facts.endpoint(position) {
        let id = facts.state.endpoints[endpoint].id();
        let (scorer, weight) = (weighted.scorer.as_str(), weighted.weight);
        let (points, rating) = (points(weight, rating), Some(rating).filter(|rating| !rating.is_nan()));
        trace.record(Step::Scored { id, scorer, rating, weight, points });
    }
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn ratings_are_held_to_their_range() {
        let cases =
            [(f64::NAN, 0.0), (f64::INFINITY, 1.0), (-1.0, 0.0), (1.01, 1.0), (0.25, 0.25), (-0.0, 0.0)];
        for (rating, expected) in cases {
            assert_eq!(bounded(rating).to_bits(), f64::to_bits(expected), "{rating}");
        }
    }
}

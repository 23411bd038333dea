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
use crate::trace::{Step, Trace};

/// The scores of candidates, by their number. Up to 4,096 of them live on the stack.
pub(super) type Scores = SmallVec<[f64; 4096]>;

/// Adds the points of the profile's scorers to `scores`, one for each candidate.
///
/// Scorer by scorer in the profile's order, so that the sums come out the same on every machine.
pub(super) fn total<T: Trace>(
    profile: &Profile,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    scores: &mut [f64],
    trace: &mut T,
) {
    for weighted in &profile.scorers {
        let mut places = scores.iter_mut();
        let rated = rate(&weighted.scorer, facts, candidates, |position, rating| {
            let points = rating.map_or(0.0, |rating| weighted.weight * bounded(rating));
            if let Some(place) = places.next() {
                *place += points;
            }
            if T::ON {
                tell(facts, position, weighted, rating, points, trace);
            }
        });
        if let Err(failure) = rated {
            let scorer = weighted.scorer.as_str();
            trace.record(Step::ScorerFailed { scorer, reason: &failure.reason });
        }
    }
}

/// Calls `give` with the position and the rating of every candidate, in order. Only a scorer of the host's own can fail.
///
/// The scorers of most profiles stand here, the others apart: a function that holds them all would save more registers than a cheap scorer uses.
#[inline]
fn rate(
    scorer: &Scorer,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    give: impl FnMut(usize, Option<f64>),
) -> Result<(), ScorerFailure> {
    match scorer {
        Scorer::LeastRequest => least_request::rate(facts, candidates, give),
        Scorer::Queue => queue::rate(facts, candidates, give),
        Scorer::KvCacheUtilization => kv_cache_utilization::rate(facts, candidates, give),
        Scorer::PrefixCache { match_length_weight, match_length_scale_tokens } => {
            prefix_cache::rate(*match_length_weight, *match_length_scale_tokens, facts, candidates, give);
        }
        _ => return rate_apart(scorer, facts, candidates, give),
    }
    Ok(())
}

#[inline(never)]
fn rate_apart(
    scorer: &Scorer,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    give: impl FnMut(usize, Option<f64>),
) -> Result<(), ScorerFailure> {
    match scorer {
        Scorer::LeastRequest | Scorer::Queue | Scorer::KvCacheUtilization | Scorer::PrefixCache { .. } => {}
        Scorer::RunningRequests => running_requests::rate(facts, candidates, give),
        Scorer::ActiveRequest { idle_threshold, max_busy_score } => {
            active_request::rate(*idle_threshold, *max_busy_score, facts, candidates, give);
        }
        Scorer::TokenLoad { queue_threshold } => token_load::rate(*queue_threshold, facts, candidates, give),
        Scorer::LoadAware { threshold } => load_aware::rate(*threshold, facts, candidates, give),
        Scorer::NoHitLru { remembered } => no_hit_lru::rate(*remembered, facts, candidates, give),
        Scorer::LoraAffinity(formula) => lora_affinity::rate(*formula, facts, candidates, give),
        Scorer::SessionAffinity(session) => session_affinity::rate(session, facts, candidates, give),
        Scorer::HeaderLabelAffinity { header, label } => {
            header_label_affinity::rate(header, label, facts, candidates, give);
        }
        Scorer::ContextLength { label } => context_length::rate(label, facts, candidates, give),
        Scorer::EndpointAttribute { attribute, less_is_better, normalization } => {
            endpoint_attribute::rate(attribute, *less_is_better, *normalization, facts, candidates, give);
        }
        Scorer::TopologyAffinity(labels) => topology_affinity::rate(labels, facts, candidates, give),
        Scorer::Latency(settings) => latency::rate(settings, facts, candidates, give),
        Scorer::PeakEwma { default_ttft } => peak_ewma::rate(*default_ttft, facts, candidates, give),
        Scorer::PredictedCompletion(settings) => {
            predicted_completion::rate(settings, facts, candidates, give);
        }
        Scorer::Rendezvous(key) => hashing::rendezvous(key, facts, candidates, give),
        Scorer::BoundedLoad { key, balance } => {
            hashing::bounded_load(key, *balance, facts, candidates, give);
        }
        Scorer::Custom(scorer) => return custom::rate(&*scorer.0, facts, candidates, give),
    }
    Ok(())
}

/// A rating held to 0..=1; what is not a number rates 0, so that it can neither win nor spoil a comparison.
#[inline]
fn bounded(rating: f64) -> f64 {
    if rating > 0.0 { rating.min(1.0) } else { 0.0 }
}

fn tell<T: Trace>(
    facts: &Facts<'_>,
    position: usize,
    weighted: &Weighted,
    rating: Option<f64>,
    points: f64,
    trace: &mut T,
) {
    if let Some(endpoint) = facts.endpoint(position) {
        let id = facts.state.endpoints[endpoint].id();
        let (scorer, weight) = (weighted.scorer.as_str(), weighted.weight);
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

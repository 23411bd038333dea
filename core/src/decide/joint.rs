//! The endpoints to generate and to prefill on, chosen as a pair: what is good for one may be too far away for the other.
//!
//! At most eight of either kind, so at most 64 pairs.

use super::endpoint::{self, Arguments};
use super::facts::Facts;
use super::pick::{Best, Place, Ranked};
use super::score::between;
use super::stages::wanted_profile;
use crate::ids::PoolIx;
use crate::no_route::Reason;
use crate::plan::{Decider, Profile, Scorer};
use crate::trace::{Step, Trace};

/// The position of the member to prefill on, if there is to be one. `ranked` is then where the request goes, the partner of that one first.
pub(super) fn choose<T: Trace>(
    prefill: &Option<(String, Decider)>,
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    decode: usize,
    wanted: usize,
    ranked: &mut Ranked,
) -> Result<Option<usize>, Reason> {
    let decoding = endpoint::best(arguments, pool, decode)?;
    let held = decoding.as_slice().first().and_then(|place| arguments.held_by(place.position));
    let profiles = &arguments.state.plan.scheduling.profiles;
    let pair = wanted_profile(prefill, arguments, held).and_then(|prefill| {
        let prefilling = endpoint::best(arguments, pool, prefill).ok()?;
        let both = [profiles.get(decode)?, profiles.get(prefill)?];
        pair(both, arguments, pool, &decoding, &prefilling)
    });
    let primary = pair.map_or(0, |pair| pair.decode);
    let named = profiles.get(decode).map_or(wanted, |profile| profile.named(wanted));
    fill(ranked, &decoding, primary, named);
    if T::ON {
        tell(arguments, pool, ranked, pair);
    }
    Ok(pair.map(|pair| pair.prefill))
}

/// Two endpoints for one request.
#[derive(Clone, Copy)]
struct Pair {
    /// The place among the best of those to generate on.
    decode: usize,
    /// The position of the member to prefill on.
    prefill: usize,
    /// Both scores and their affinity.
    scores: [f64; 3],
}

/// The best pair; of equal ones the first.
fn pair<T>(
    profiles: [&Profile; 2],
    arguments: &Arguments<'_, T>,
    pool: PoolIx,
    decoding: &Best,
    prefilling: &Best,
) -> Option<Pair> {
    let mut best: Option<(f64, Pair)> = None;
    for (decode, place) in decoding.as_slice().iter().enumerate() {
        let mut facts = Facts::new(arguments, pool);
        facts.peer = Some(place.position);
        for Place { position: prefill, score, .. } in prefilling.as_slice().iter().copied() {
            let affinity: f64 = profiles.into_iter().map(|profile| affinity(profile, &facts, prefill)).sum();
            let scores = [place.score, score, affinity];
            let sum = place.score + score + affinity;
            if best.is_none_or(|(most, _)| sum > most) {
                best = Some((sum, Pair { decode, prefill, scores }));
            }
        }
    }
    best.map(|(_, pair)| pair)
}

/// What the profile's scorers of topology give for the member at `position` and the peer.
fn affinity(profile: &Profile, facts: &Facts<'_>, position: usize) -> f64 {
    let scorers = profile.scorers.iter();
    let points = scorers.filter_map(|weighted| match &weighted.scorer {
        Scorer::TopologyAffinity(labels) => Some(weighted.weight * between(labels, facts, position)),
        _ => None,
    });
    points.sum()
}

/// The primary, then the others as they are.
fn fill(ranked: &mut Ranked, best: &Best, primary: usize, wanted: usize) {
    let places = best.as_slice();
    *ranked = Ranked::new(wanted.min(places.len()));
    let others = places.iter().enumerate().filter(|(number, _)| *number != primary);
    for place in places.get(primary).into_iter().chain(others.map(|(_, place)| place)).take(wanted) {
        ranked.add(place.number, place.position);
    }
}

fn tell<T: Trace>(arguments: &mut Arguments<'_, T>, pool: PoolIx, ranked: &Ranked, pair: Option<Pair>) {
    let state = arguments.state;
    let id = |position: usize| {
        let endpoint = state.members[pool].endpoints.get(position)?;
        Some(state.endpoints[*endpoint].id())
    };
    let primary = ranked.positions().next().and_then(id);
    if let (Some(pair), Some(decode)) = (pair, primary)
        && let Some(prefill) = id(pair.prefill)
    {
        let [decode_score, prefill_score, affinity] = pair.scores;
        arguments.trace.record(Step::Paired { decode, prefill, decode_score, prefill_score, affinity });
    }
    for (nth, id) in ranked.positions().filter_map(id).enumerate() {
        if nth == 1 {
            arguments.trace.record(Step::FallbacksBegin);
        }
        arguments.trace.record(Step::Picked { id, picker: "joint" });
    }
}

//! Rates endpoints by hash, so that requests with one key meet at one endpoint and few of them move when endpoints come and go.
//!
//! Each endpoint has a number of its own for each key, and the highest wins (rendezvous hashing; Thaler and Ravishankar, 1998). Bounded loads: an endpoint
//! that has more than its share of the requests in flight stands behind all that have not (Mirrokni, Thorup and Zadimoghaddam, 2018).

use crate::convert::wide;
use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::HashKey;
use crate::real;
use crate::rng::{name_key, of_endpoint};

#[inline]
pub(super) fn rendezvous(key: &HashKey, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let key = key_of(key, facts);
    candidates.rate_each(ratings, |position| key.map(|key| number(key, position, facts)));
}

#[inline]
pub(super) fn bounded_load(
    key: &HashKey,
    balance: f64,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let key = key_of(key, facts);
    let in_flight = |position| facts.cell(position).map_or(0, |cell| u64::from(cell.in_flight()));
    let mut sum = 1;
    candidates.for_each(|position| sum += in_flight(position));
    let count = wide(candidates.len().max(1));
    // With this request counted, so that an idle pool has room.
    let bound = (balance * real::of(sum) / real::of(count)).ceil();
    candidates.rate_each(ratings, |position| {
        let has_room = real::of(in_flight(position)) < bound;
        let rating = |key| number(key, position, facts) * 0.5 + if has_room { 0.5 } else { 0.0 };
        key.map(rating)
    });
}

fn key_of(key: &HashKey, facts: &Facts<'_>) -> Option<u64> {
    match key {
        HashKey::Header(header) => facts.header(header).map(name_key),
        HashKey::Model => facts.request.model.map(name_key),
    }
}

/// The endpoint's own number for the key, 0..1, in steps of 2^-52 so that half of it is exact too.
#[inline]
fn number(key: u64, position: usize, facts: &Facts<'_>) -> f64 {
    let endpoint = facts.members.keys.get(position).copied().unwrap_or_default();
    real::of(of_endpoint(key, endpoint) >> 12) / real::of(1 << 52)
}

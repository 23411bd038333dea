//! Rates an endpoint by how close it is to the one that works on the other part of the request, because KV blocks travel between them.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::decide::topology::Peer;
use crate::plan::{TopologyLabels, TopologyLevel};

#[inline]
pub(super) fn rate(
    labels: &TopologyLabels,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let peer = Peer::of(labels, facts);
    candidates.rate_each(ratings, |position| {
        let closeness = peer.as_ref().and_then(|peer| peer.closeness(position));
        Some(of_level(closeness))
    });
}

/// How close the member at `position` is to the peer, as the scorer rates it.
pub(in crate::decide) fn between(labels: &TopologyLabels, facts: &Facts<'_>, position: usize) -> f64 {
    of_level(Peer::of(labels, facts).and_then(|peer| peer.closeness(position)))
}

fn of_level(closeness: Option<TopologyLevel>) -> f64 {
    match closeness {
        Some(TopologyLevel::Host) => 1.0,
        Some(TopologyLevel::Rack) => 0.2,
        Some(TopologyLevel::Zone) => 0.05,
        Some(TopologyLevel::Region) => 0.02,
        None => 0.0,
    }
}

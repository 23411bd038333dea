//! Keeps endpoints close to the one that works on the other part of the request.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::decide::topology::Peer;
use crate::plan::{TopologyLabels, TopologyLevel};

/// Everyone stays where nobody is close enough.
pub(super) fn keep(
    closest: TopologyLevel,
    labels: &TopologyLabels,
    facts: &Facts<'_>,
    survivors: &mut Survivors,
) {
    if let Some(peer) = Peer::of(labels, facts) {
        survivors.retain_some(|position| peer.closeness(position).is_some_and(|level| level <= closest));
    }
}

//! How close members are to the one that works on the other part of the request.

use super::facts::Facts;
use crate::plan::{TopologyLabels, TopologyLevel};
use crate::state::Column;

/// Where the other endpoint is: for each level the label over all members, and its value there.
pub(super) struct Peer<'a> {
    levels: [Option<(&'a Column, u32)>; 4],
}

impl<'a> Peer<'a> {
    /// `None` where no other endpoint is settled.
    pub(super) fn of(labels: &TopologyLabels, facts: &Facts<'a>) -> Option<Self> {
        let peer = facts.peer?;
        let columns = &facts.members.columns;
        let value = |label: &str| {
            let column = columns.get(label)?;
            // An empty label says nothing of where an endpoint is.
            let number = column.number_at(peer).filter(|number| column.number_of("") != Some(*number))?;
            Some((column, number))
        };
        Some(Self { levels: labels.all().map(value) })
    }

    /// The closest level that the member at `position` shares with it.
    #[inline]
    pub(super) fn closeness(&self, position: usize) -> Option<TopologyLevel> {
        let shared = |level: &Option<(&Column, u32)>| {
            level.is_some_and(|(column, number)| column.number_at(position) == Some(number))
        };
        let at = self.levels.iter().position(shared)?;
        TopologyLevel::ALL.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use crate::decide::testing::{Known, filtered, kept, pool, scored, scores};
    use crate::plan::{Filter, Scorer, TopologyLabels, TopologyLevel};

    const HOST: &str = "kubernetes.io/hostname";
    const ZONE: &str = "topology.kubernetes.io/zone";
    const ENDPOINTS: [&[(&str, &str)]; 6] = [
        &[
            (HOST, "h1"),
            ("topology.kubernetes.io/rack", "r1"),
            (ZONE, "z1"),
            ("topology.kubernetes.io/region", "eu"),
        ],
        &[(HOST, "h1")],
        &[(HOST, "h2"), ("topology.kubernetes.io/rack", "r1"), (ZONE, "z1")],
        &[(HOST, ""), (ZONE, "z1")],
        &[(ZONE, "z2"), ("topology.kubernetes.io/region", "eu")],
        &[],
    ];

    fn from(peer: Option<usize>) -> Known<'static> {
        Known { peer, ..Known::default() }
    }

    #[test]
    fn the_closest_level_that_both_share_counts() {
        let router = pool(scored(Scorer::TopologyAffinity(TopologyLabels::default())), &ENDPOINTS);
        assert_eq!(scores(&router, from(Some(0))), [1.0, 1.0, 0.2, 0.05, 0.02, 0.0]);
        assert_eq!(
            scores(&router, from(Some(3))),
            [0.05, 0.0, 0.05, 0.05, 0.0, 0.0],
            "an empty label says nothing"
        );
        assert_eq!(scores(&router, from(None)), [0.0; 6]);
        assert_eq!(scores(&router, from(Some(99))), [0.0; 6]);
    }

    #[test]
    fn whoever_is_close_enough_stays_and_everyone_where_nobody_is() {
        let kept = |closest, peer| {
            let filter = Filter::TopologyAffinity { closest, labels: TopologyLabels::default() };
            kept(&pool(filtered(filter), &ENDPOINTS), from(peer))
        };
        assert_eq!(kept(TopologyLevel::Host, Some(0)), [0, 1]);
        assert_eq!(kept(TopologyLevel::Zone, Some(0)), [0, 1, 2, 3]);
        assert_eq!(kept(TopologyLevel::Region, Some(0)), [0, 1, 2, 3, 4]);
        assert_eq!(kept(TopologyLevel::Host, None), [0, 1, 2, 3, 4, 5]);
        assert_eq!(kept(TopologyLevel::Host, Some(5)), [0, 1, 2, 3, 4, 5]);
    }
}

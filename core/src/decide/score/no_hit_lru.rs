//! Rates endpoints by how long they were sent no cold request: one of whose prompt no candidate holds anything.

use smallvec::SmallVec;

use crate::convert::{index, number};
use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

/// Up to 4,096 candidates live on the stack.
#[inline(never)]
pub(super) fn rate(remembered: u32, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    if !facts.is_cold(candidates) {
        return ratings.fill(0.5);
    }
    let mut used: SmallVec<[(u64, usize); 4096]> = SmallVec::new();
    let mut candidate = 0;
    candidates.for_each(|position| {
        if let latest @ 1.. = facts.cell(position).map_or(0, |cell| cell.cold()) {
            used.push((latest, candidate));
        }
        candidate += 1;
    });
    // The least recently used first.
    used.sort_unstable();
    if remembered > 0 {
        let forgotten = used.len().saturating_sub(index(remembered));
        used.drain(..forgotten);
    }
    let mut places: SmallVec<[u32; 4096]> = SmallVec::new();
    places.resize(candidates.len(), NEVER);
    for (place, (_, candidate)) in (number(candidates.len() - used.len())..).zip(&used) {
        if let Some(of_candidate) = places.get_mut(*candidate) {
            *of_candidate = place;
        }
    }
    let last = f64::from(number(candidates.len()).saturating_sub(1).max(1));
    let (mut places, mut next) = (places.iter(), 0..);
    candidates.rate_each(ratings, |_| {
        let own = places.next().copied().filter(|place| *place != NEVER);
        let place = own.or_else(|| next.next()).unwrap_or_default();
        Some(1.0 - f64::from(place) / last)
    });
}

/// Stands for the place of a candidate that was never used.
const NEVER: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use crate::decide::testing::{Known, pool, scored, scores};
    use crate::plan::Scorer;

    const NO_LABELS: &[(&str, &str)] = &[];

    fn ratings(held: &[u32], remembered: u32, cold: &[u64]) -> Vec<f64> {
        let router = pool(scored(Scorer::NoHitLru { remembered }), &vec![NO_LABELS; cold.len()]);
        for (endpoint, place) in router.snapshot().cells.iter().zip(cold) {
            endpoint.set_cold(*place);
        }
        scores(&router, Known { held, ..Known::default() })
    }

    #[test]
    fn never_used_ones_come_first_and_then_the_least_recently_used() {
        assert_eq!(ratings(&[0, 0, 0, 0, 0], 1024, &[0, 9, 0, 3, 7]), [1.0, 0.0, 0.75, 0.5, 0.25]);
        assert_eq!(ratings(&[], 1024, &[1, 3, 2]), [1.0, 0.0, 0.5], "no prompt is no hit");
        assert_eq!(ratings(&[0], 1024, &[5]), [1.0]);
    }

    #[test]
    fn a_request_with_a_hit_is_left_to_other_scorers() {
        assert_eq!(ratings(&[0, 1, 0], 1024, &[0, 9, 3]), [0.5; 3]);
    }

    #[test]
    fn endpoints_beyond_those_remembered_count_as_never_used() {
        assert_eq!(ratings(&[], 1, &[1, 3, 2]), [1.0, 0.0, 0.5]);
        assert_eq!(ratings(&[], 0, &[4, 3, 2]), [0.0, 0.5, 1.0], "any number");
    }
}

//! The better of two endpoints drawn at random, by what they said when they were last scraped: the power of two choices on old data, which Mitzenmacher
//! (TPDS 2000) shows not to herd. The draw is that of smg's `power_of_two` (lightseekorg/smg at 73da68c, model_gateway/src/policies/power_of_two.rs): two
//! different ones, the first of equals. The load is that of most metric scrapers, requests waiting and running.

use super::draw::Draw;
use super::known::Known;
use super::rule::Rule;
use crate::sim::Asked;

/// Picks the less loaded of two, by scraped requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct TwoChoices;

impl Rule for TwoChoices {
    fn pick(&mut self, known: &Known, _asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let count = known.there().count();
        let first = draw.below(count);
        let second = if count > 1 { (first + 1 + draw.below(count - 1)) % count } else { first };
        let load = |n: usize| known.endpoints[n].polled.waiting + known.endpoints[n].polled.running;
        let nth = |n: usize| known.there().nth(n).unwrap_or_default();
        let (first, second) = (nth(first), nth(second));
        if load(first) <= load(second) { first } else { second }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, known, says};
    use super::*;

    #[test]
    fn the_busiest_never_wins_and_the_others_by_their_rank() {
        let (mut known, mut draw, mut shares) = (known(4), Draw::new(2), [0; 4]);
        for (n, (waiting, running)) in [(0, 1), (0, 2), (2, 1), (0, 4)].into_iter().enumerate() {
            known.endpoints[n].polled = says(waiting, running, 0.0);
        }
        for _ in 0..60_000 {
            shares[TwoChoices.pick(&known, &asked(&[]), 0.0, &mut draw)] += 1;
        }
        // Of the six pairs the first endpoint wins three, the second two, the third one.
        for (share, pairs) in shares.iter().zip([3, 2, 1, 0]) {
            assert!((share - pairs * 10_000_i32).abs() < 400, "{shares:?}");
        }
        (1..4).for_each(|n| known.endpoints[n].there = false);
        assert_eq!(TwoChoices.pick(&known, &asked(&[]), 0.0, &mut draw), 0);
    }
}

//! One endpoint after the other.

use super::draw::Draw;
use super::known::Known;
use super::rule::Rule;
use crate::sim::Asked;

/// Picks in turn, from an endpoint at random on, so that several gateways do not march in step.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundRobin {
    last: Option<usize>,
}

impl Rule for RoundRobin {
    fn pick(&mut self, known: &Known, _asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let next = match self.last {
            None => draw.any(known.there()),
            Some(last) => known.there().find(|n| *n > last).or_else(|| known.there().next()),
        };
        self.last = next;
        next.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, known};
    use super::*;

    #[test]
    fn everybody_has_a_turn_and_who_is_gone_is_passed_over() {
        let (mut known, mut draw, mut rule) = (known(4), Draw::new(2), RoundRobin { last: Some(0) });
        let mut next = |known: &Known| rule.pick(known, &asked(&[]), 0.0, &mut draw);
        assert_eq!([next(&known), next(&known), next(&known), next(&known)], [1, 2, 3, 0]);
        known.endpoints[1].there = false;
        assert_eq!([next(&known), next(&known), next(&known)], [2, 3, 0]);
    }
}

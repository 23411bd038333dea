//! Any endpoint, each as likely as the others.

use super::draw::Draw;
use super::known::Known;
use super::rule::Rule;
use crate::sim::Asked;

/// Picks at random.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Rule for Random {
    fn pick(&mut self, known: &Known, _asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        draw.any(known.there()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, known};
    use super::*;

    #[test]
    fn shares_are_even_and_those_that_are_gone_get_none() {
        let (mut known, mut draw, mut shares) = (known(5), Draw::new(2), [0; 5]);
        known.endpoints[3].there = false;
        for _ in 0..40_000 {
            shares[Random.pick(&known, &asked(&[]), 0.0, &mut draw)] += 1;
        }
        assert_eq!(shares[3], 0);
        assert!([0, 1, 2, 4].iter().all(|n| (9_600..10_400).contains(&shares[*n])), "{shares:?}");
    }
}

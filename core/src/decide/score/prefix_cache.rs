//! Rates an endpoint by how much of the prompt it holds in its prefix cache: by the share of the prompt, and, as far as weighted, by the length alone,
//! because half of a long prompt saves more than all of a short one.

use super::{NOTHING, points};
use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::decide::prompt::PrefixMatch;

#[inline]
pub(super) fn rate(
    weight: f64,
    scale: f64,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let Some((lengths, whole)) = facts.prefixes().filter(|(_, whole)| whole.total > 0) else {
        return ratings.fill(NOTHING);
    };
    let of = |matched: u32| of_match(PrefixMatch { matched, ..whole }, weight, scale);
    candidates.rate(lengths, ratings, |matched| of(*matched));
}

/// Adds the points of this scorer to the scores of all members: those of the few that hold anything of the prompt, for the others get none. Apart, so that
/// other scorers do not make room for it.
#[inline(never)]
pub(super) fn add_to_holders(
    weight: f64,
    match_length_weight: f64,
    match_length_scale_tokens: f64,
    facts: &Facts<'_>,
    scores: &mut [f64],
) {
    for position in facts.holders().iter().map(|position| usize::from(*position)) {
        if let (Some(score), Some(found)) = (scores.get_mut(position), facts.prefix(position)) {
            let rating = of_match(found, match_length_weight, match_length_scale_tokens);
            *score += points(weight, rating);
        }
    }
}

#[inline]
fn of_match(found: PrefixMatch, weight: f64, scale: f64) -> f64 {
    // Nothing held is no length, whatever the scale.
    let length =
        if weight > 0.0 && found.matched > 0 { (f64::from(found.tokens()) / scale).min(1.0) } else { 0.0 };
    let rating = weight * length * length + (1.0 - weight) * found.share();
    if rating.is_nan() { 0.0 } else { rating }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(matched: u32, total: u32) -> PrefixMatch {
        PrefixMatch { matched, total, block_tokens: 64 }
    }

    #[test]
    fn share_and_length_weigh_as_told() {
        assert_eq!(of_match(found(3, 4), 0.0, 8192.0), 0.75);
        assert_eq!(of_match(found(0, 4), 1.0, 8192.0), 0.0);
        assert_eq!(of_match(found(4, 4), 1.0, 8192.0), (256.0_f64 / 8192.0).powi(2));
        assert_eq!(of_match(found(64, 128), 0.5, 8192.0), 0.5 * 0.25 + 0.5 * 0.5);
        assert_eq!(of_match(found(200, 200), 1.0, 8192.0), 1.0, "no longer than the scale");
    }

    #[test]
    fn an_empty_prompt_rates_nothing() {
        assert_eq!(of_match(found(0, 0), 0.5, 8192.0), 0.0);
    }
}

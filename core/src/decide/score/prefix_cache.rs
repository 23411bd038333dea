//! Rates an endpoint by how much of the prompt's beginning it probably holds.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

/// (1 - weight) x matched / total + weight x min(1, matched tokens / scale)^2.
#[inline]
pub(super) fn rate(
    weight: f64,
    scale_tokens: f64,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    mut give: impl FnMut(usize, Option<f64>),
) {
    candidates.for_each(|position| {
        let rating = facts.prefix(position).filter(|prefix| prefix.total > 0).map(|prefix| {
            let share = f64::from(prefix.matched) / f64::from(prefix.total);
            if weight == 0.0 {
                return share;
            }
            let length = (f64::from(prefix.tokens()) / scale_tokens).min(1.0);
            (1.0 - weight) * share + weight * length * length
        });
        give(position, rating);
    });
}

//! Ratings by where a value lies between the least and the most among the candidates.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::signals::EndpointCell;

/// (most - value) / (most - least), 1 where both are equal; nothing where `value` has none. Two walks.
#[inline]
pub(super) fn less_is_better(
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    value: impl Fn(&EndpointCell) -> Option<u32>,
    mut give: impl FnMut(usize, Option<f64>),
) {
    let of = |position| facts.cell(position).and_then(&value);
    let (mut least, mut most) = (u32::MAX, 0);
    candidates.for_each(|position| {
        if let Some(value) = of(position) {
            least = least.min(value);
            most = most.max(value);
        }
    });
    let range = f64::from(most.saturating_sub(least));
    candidates.for_each(|position| {
        let rating =
            |value: u32| if range > 0.0 { f64::from(most.saturating_sub(value)) / range } else { 1.0 };
        give(position, of(position).map(rating));
    });
}

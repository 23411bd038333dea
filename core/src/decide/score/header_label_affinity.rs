//! Rates an endpoint 1 whose label has the value of a header, every other 0.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(
    header: &str,
    label: &str,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let column = facts.members.columns.get(label);
    let wanted = facts.header(header).and_then(|value| Some((column?, column?.number_of(value)?)));
    candidates.rate_each(ratings, |position| {
        let is_equal = wanted.is_some_and(|(column, number)| column.number_at(position) == Some(number));
        Some(if is_equal { 1.0 } else { 0.0 })
    });
}

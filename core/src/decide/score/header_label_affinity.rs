//! Rates an endpoint 1 whose label has the value of a header, every other 0.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(
    header: &str,
    label: &str,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    mut give: impl FnMut(usize, Option<f64>),
) {
    let column = facts.members.columns.get(label);
    let wanted = facts.header(header).and_then(|value| Some((column?, column?.number_of(value)?)));
    candidates.for_each(|position| {
        let is_equal = wanted.is_some_and(|(column, number)| column.number_at(position) == Some(number));
        give(position, Some(if is_equal { 1.0 } else { 0.0 }));
    });
}

//! Keeps endpoints that are meant for prompts of the request's length.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;

pub(super) fn keep(label: &str, facts: &Facts<'_>, survivors: &mut Survivors) {
    let Some(column) = facts.members.columns.get(label) else { return };
    let length = facts.prompt_tokens;
    survivors.retain(|position| {
        column.range_at(position).is_none_or(|range| range.is_some_and(|range| range.contains(length)))
    });
}

//! Keeps endpoints whose attribute compares with a value.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::AttributeFilter;
use crate::signals::attribute_key;

pub(super) fn keep(settings: &AttributeFilter, facts: &Facts<'_>, survivors: &mut Survivors) {
    let key = attribute_key(&settings.attribute);
    let keep = |position| {
        let value = facts.cell(position).and_then(|cell| cell.attribute(key, facts.oldest));
        value.map_or(settings.keep_missing, |value| settings.comparison.holds(value, settings.value))
    };
    if settings.fallback_on_empty { survivors.retain_some(keep) } else { survivors.retain(keep) }
}

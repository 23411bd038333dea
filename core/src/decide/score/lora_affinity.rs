//! Rates an endpoint by whether it can serve the adapter that the request asks for without loading it first.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::LoraFormula;
use crate::signals::AdapterUse;

#[inline]
pub(super) fn rate(formula: LoraFormula, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let adapter = facts.adapter_key();
    candidates.rate_each(ratings, |position| {
        let usage = adapter.and_then(|key| facts.adapter(position, key));
        usage.map(|usage| of_use(formula, usage))
    });
}

fn of_use(formula: LoraFormula, usage: AdapterUse) -> f64 {
    let AdapterUse { active, waiting, has_room_apart, has_room } = usage;
    match formula {
        _ if active => 1.0,
        LoraFormula::Upstream if has_room_apart => 0.8,
        LoraFormula::Upstream if waiting => 0.6,
        LoraFormula::EachOnce if waiting => 0.8,
        LoraFormula::EachOnce if has_room => 0.6,
        LoraFormula::Upstream | LoraFormula::EachOnce => 0.0,
    }
}

//! Keeps endpoints that are foreseen to be quick enough, or now and then the others.

use super::Filtering;
use crate::decide::candidates::Survivors;
use crate::decide::latency::Foreseen;
use crate::plan::SloHeadroomTier;
use crate::trace::Trace;

pub(super) fn keep<T: Trace>(settings: &SloHeadroomTier, filtering: &mut Filtering<'_, T>) {
    let Some(model) = &settings.model else { return };
    if filtering.survivors.len() <= 1 {
        return;
    }
    let foreseen = Foreseen::new(filtering.facts, &*model.0, &settings.ttft_header, &settings.tpot_header);
    let mut is_foreseen = false;
    let mut quick: Survivors = filtering.survivors.clone();
    quick.retain(|position| {
        let headroom = foreseen.headroom(position);
        is_foreseen |= headroom.is_some();
        headroom.is_some_and(|headroom| headroom.is_enough())
    });
    let slow = filtering.survivors.len() - quick.len();
    if !is_foreseen || quick.len() == 0 || slow == 0 {
        return;
    }
    let explores = filtering.happens("exploration of slower endpoints", settings.exploration);
    let quick = quick.candidates();
    filtering.survivors.retain(|position| quick.contains(position) != explores);
}

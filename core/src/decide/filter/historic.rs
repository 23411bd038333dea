//! The filters of the first releases' decision tree (Inference Extension v0.1 to v0.5). They look at what endpoints told; one that told nothing does not
//! pass while others did.

use super::Filtering;
use crate::convert::{number, wide};
use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::DecisionTree;
use crate::real;
use crate::trace::Trace;

/// Those whose queues are no longer than `threshold`.
pub(super) fn low_queue(threshold: u32, facts: &Facts<'_>, survivors: &mut Survivors) {
    survivors.retain(|position| waiting(facts, position).is_some_and(|waiting| waiting <= threshold));
}

/// Those in the lowest part of all queue lengths, were their range cut into as many parts as there are endpoints.
pub(super) fn least_queue(facts: &Facts<'_>, survivors: &mut Survivors) {
    let (mut least, mut most) = (u32::MAX, 0);
    survivors.candidates().for_each(|position| {
        if let Some(waiting) = waiting(facts, position) {
            (least, most) = (least.min(waiting), most.max(waiting));
        }
    });
    let parts = number(survivors.len().max(1));
    let limit = least.saturating_add(most.saturating_sub(least) / parts);
    survivors.retain_some(|position| waiting(facts, position).is_some_and(|waiting| waiting <= limit));
}

/// The same over the use of KV caches.
pub(super) fn least_kv_cache(facts: &Facts<'_>, survivors: &mut Survivors) {
    let usage = |position| facts.cell(position).and_then(|cell| cell.polled(facts.oldest)?.kv_usage());
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    survivors.candidates().for_each(|position| {
        if let Some(usage) = usage(position) {
            (least, most) = (least.min(usage), most.max(usage));
        }
    });
    let parts = real::of(wide(survivors.len().max(1)));
    let limit = least + (most - least) / parts;
    survivors.retain_some(|position| usage(position).is_some_and(|usage| usage <= limit));
}

fn waiting(facts: &Facts<'_>, position: usize) -> Option<u32> {
    facts.cell(position)?.polled(facts.oldest)?.waiting()
}

/// Those where the adapter runs or waits in a share `affinity` of decisions, else those with room for one more; where there are none of one kind, those
/// of the other; where there are none of both, nobody.
pub(super) fn lora_affinity<T: Trace>(affinity: f64, filtering: &mut Filtering<'_, T>) {
    let facts = filtering.facts;
    let Some(key) = facts.adapter_key() else { return };
    let mut with_adapter = filtering.survivors.clone();
    with_adapter
        .retain(|position| facts.adapter(position, key).is_some_and(|usage| usage.active || usage.waiting));
    let mut with_room = filtering.survivors.clone();
    with_room.retain(|position| {
        let usage = facts.adapter(position, key);
        usage.is_some_and(|usage| !usage.active && !usage.waiting && usage.has_room_apart)
    });
    let takes_adapter = match (with_adapter.len(), with_room.len()) {
        (0, _) => false,
        (_, 0) => true,
        _ => filtering.happens("affinity to adapters", affinity),
    };
    *filtering.survivors = if takes_adapter { with_adapter } else { with_room };
}

/// Runs a filter, then the next of a tree, which depends on whether it left anybody. Whoever a filter took out is back where it left nobody.
pub(super) fn decision_tree<T: Trace>(tree: &DecisionTree, filtering: &mut Filtering<'_, T>) {
    let before = filtering.survivors.clone();
    filtering.apply(&tree.current, None);
    let left_anybody = filtering.survivors.len() > 0;
    let next = if left_anybody { &tree.on_success } else { &tree.on_failure };
    if let Some(next) = next.as_ref().or(tree.on_either.as_ref()) {
        if !left_anybody {
            *filtering.survivors = before;
        }
        filtering.apply(next, None);
    }
}

//! Which backendRef of the rule: a draw by weight among those that take part.

use crate::decision::Reason;
use crate::plan::{BackendSet, Target};
use crate::rng::DecisionRng;
use crate::trace::{Step, Trace};

/// The position of the chosen backendRef and what it stands for.
pub(super) fn choose<T: Trace>(
    set: &BackendSet,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> Result<(usize, Target), Reason> {
    if T::ON {
        for (position, r) in set.refs.iter().enumerate() {
            let takes_part = set.taking_part.contains(&position);
            let (weight, priority) = (r.weight, r.priority);
            trace.record(Step::BackendRef {
                kind: r.kind,
                name: r.name.as_str(),
                weight,
                priority,
                takes_part,
            });
        }
    }
    let none = if set.refs.is_empty() { Reason::NoBackendRefs } else { Reason::NoWeight };
    let drawn = set.shares.as_ref().ok_or(none)?.draw(rng);
    if let Some((below, number)) = drawn.draw {
        trace.record(Step::Draw { what: "backendRef by weight", below, number });
    }
    let position = *set.taking_part.get(drawn.position).ok_or(none)?;
    let chosen = set.refs.get(position).ok_or(none)?;
    trace.record(Step::BackendChosen { kind: chosen.kind, name: chosen.name.as_str() });
    match chosen.target {
        Target::NotFound => Err(Reason::BackendNotFound),
        Target::NotPermitted => Err(Reason::RefNotPermitted),
        Target::Broken => Err(Reason::BadFilter),
        found => Ok((position, found)),
    }
}

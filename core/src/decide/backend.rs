//! Which backendRef of the rule: draws by weight, priority by priority, without putting back.

use crate::plan::{BackendRef, BackendSet};
use crate::rng::DecisionRng;
use crate::trace::{Step, Trace};

/// The refs of a rule that were not drawn yet.
pub(super) struct Refs<'p> {
    set: &'p BackendSet,
    /// Bit n: ref n was drawn. Refs after the 128th are never fallbacks; manifests hold fewer.
    drawn: u128,
}

impl<'p> Refs<'p> {
    pub(super) fn new(set: &'p BackendSet) -> Self {
        Self { set, drawn: 0 }
    }

    /// The first ref: of the smallest priority that has weight. `None` where no ref has any.
    pub(super) fn first<T: Trace>(
        &mut self,
        rng: &mut DecisionRng,
        trace: &mut T,
    ) -> Option<(usize, &'p BackendRef)> {
        if T::ON {
            for (position, r) in self.set.refs.iter().enumerate() {
                let takes_part = self.set.taking_part.contains(&position);
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
        let drawn = self.set.shares.as_ref()?.draw(rng);
        if let Some((below, number)) = drawn.draw {
            trace.record(Step::Draw { what: "backendRef by weight", below, number });
        }
        self.take(*self.set.taking_part.get(drawn.position)?, trace)
    }

    /// The next ref of a priority, `None` where all of it were drawn.
    pub(super) fn next<T: Trace>(
        &mut self,
        priority: u32,
        rng: &mut DecisionRng,
        trace: &mut T,
    ) -> Option<(usize, &'p BackendRef)> {
        let drawn = self.drawn;
        let left = || {
            let refs = self.set.refs.iter().enumerate().take(128);
            refs.filter(move |(at, r)| r.weight > 0 && r.priority == priority && drawn >> at & 1 == 0)
        };
        let mut several = left();
        let (first, _) = several.next()?;
        if several.next().is_none() {
            return self.take(first, trace);
        }
        let below: u64 = left().map(|(_, r)| r.weight).sum();
        let number = rng.below(below);
        trace.record(Step::Draw { what: "backendRef by weight", below, number });
        let mut sum = 0;
        let (position, _) = left().find(|(_, r)| {
            sum += r.weight;
            sum > number
        })?;
        self.take(position, trace)
    }

    /// The priorities in which any ref has weight, ascending, from `at_least` on.
    pub(super) fn priorities(&self, at_least: u32) -> impl Iterator<Item = u32> + use<'p> {
        self.set.priorities.iter().copied().filter(move |priority| *priority >= at_least)
    }

    /// Whether there is nothing to fall back to beside the ref that was drawn.
    pub(super) fn is_single(&self) -> bool {
        self.set.weighted <= 1
    }

    fn take<T: Trace>(&mut self, position: usize, trace: &mut T) -> Option<(usize, &'p BackendRef)> {
        self.drawn |=
            u32::try_from(position).ok().and_then(|position| 1u128.checked_shl(position)).unwrap_or_default();
        let r = self.set.refs.get(position)?;
        trace.record(Step::BackendChosen { kind: r.kind, name: r.name.as_str() });
        Some((position, r))
    }
}

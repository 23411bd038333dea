//! From the rule's backendRefs to attempts: the primary, and in order what to try if it fails.

use super::backend::Refs;
use super::endpoint::PoolPicks;
use super::model;
use crate::attempt::{Attempt, Attempts, TargetModel};
use crate::manifest::Criticality;
use crate::no_route::Reason;
use crate::plan::{BackendRef, BackendSet, Target};
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::state::State;
use crate::trace::{Step, Trace};

/// What one decision draws attempts with.
pub(super) struct Drawing<'a, T> {
    pub(super) state: &'a State,
    pub(super) request: &'a Request<'a>,
    pub(super) rng: &'a mut DecisionRng,
    pub(super) trace: &'a mut T,
}

/// One attempt in the making.
struct Made<'s> {
    attempt: Attempt,
    criticality: Option<Criticality>,
    /// Of a pool: whom else to pick from, and whom this attempt took.
    picks: Option<(PoolPicks<'s>, usize)>,
}

impl<'a, T: Trace> Drawing<'a, T> {
    /// The attempts of a rule, and the importance of the model in the primary's pool; or why there is none, and for which ref.
    pub(super) fn attempts(
        &mut self,
        set: &BackendSet,
    ) -> Result<(Attempts, Option<Criticality>), (Reason, Option<usize>)> {
        let mut refs = Refs::new(set);
        let none = if set.refs.is_empty() { Reason::NoBackendRefs } else { Reason::NoWeight };
        let (position, first) = refs.first(self.rng, self.trace).ok_or((none, None))?;
        let refused = |reason| (reason, Some(position));
        let (primary, priority) = match self.attempt(position, first) {
            Ok(made) => (made, first.priority),
            Err(reason @ (Reason::PoolEmpty | Reason::NoReadyEndpoint)) => {
                self.pass_over(reason);
                self.replacement(&mut refs, first.priority).ok_or(refused(reason))?
            }
            Err(reason) => return Err(refused(reason)),
        };
        let mut attempts = Attempts::of(primary.attempt);
        self.add_fallbacks(&mut attempts, &primary, &mut refs, priority);
        Ok((attempts, primary.criticality))
    }

    /// The attempt that a ref leads to.
    fn attempt(&mut self, position: usize, backend_ref: &BackendRef) -> Result<Made<'a>, Reason> {
        let state = self.state;
        match backend_ref.target {
            Target::Backend(backend) => {
                model::tell(backend_ref, self.trace);
                let attempt = Attempt::new(position, TargetModel::NONE, state.backend_endpoints[backend]);
                Ok(Made { attempt, criticality: None, picks: None })
            }
            Target::Pool(pool) => {
                let named = &state.plan.pools[pool];
                let criticality = model::criticality(&state.plan, named, self.request)?;
                let model = model::in_pool(named, self.request, self.rng, self.trace);
                let picks = PoolPicks::new(state, pool, self.trace)?;
                picks.tell(self.trace);
                let (candidate, endpoint) =
                    picks.pick(&[], self.rng, self.trace).ok_or(Reason::NoReadyEndpoint)?;
                let attempt = Attempt::new(position, model, endpoint);
                Ok(Made { attempt, criticality, picks: Some((picks, candidate.number)) })
            }
            Target::NotFound => Err(Reason::BackendNotFound),
            Target::NotPermitted => Err(Reason::RefNotPermitted),
            Target::Broken => Err(Reason::BadFilter),
        }
    }

    /// The first attempt that the priorities after `priority` have, for a pool that has no endpoint.
    fn replacement(&mut self, refs: &mut Refs<'_>, priority: u32) -> Option<(Made<'a>, u32)> {
        for later in refs.priorities(priority.checked_add(1)?) {
            while let Some((position, r)) = refs.next(later, self.rng, self.trace) {
                match self.attempt(position, r) {
                    Ok(made) => return Some((made, later)),
                    Err(reason) => self.pass_over(reason),
                }
            }
        }
        None
    }

    fn pass_over(&mut self, reason: Reason) {
        self.trace.record(Step::PassedOver { reason: reason.as_str() });
    }

    fn add_fallbacks(&mut self, to: &mut Attempts, primary: &Made<'a>, refs: &mut Refs<'_>, priority: u32) {
        let wanted = self.state.plan.fallback_endpoints;
        if refs.is_single() && (wanted == 0 || primary.picks.is_none()) {
            return;
        }
        self.trace.record(Step::FallbacksBegin);
        if let Some((picks, first)) = &primary.picks {
            let mut taken = Taken::new(*first);
            for _ in 0..wanted {
                let Some((candidate, endpoint)) = picks.pick(taken.numbers(), self.rng, self.trace) else {
                    break;
                };
                taken.add(candidate.number);
                if !to.push(primary.attempt.at(endpoint)) {
                    return;
                }
            }
        }
        if refs.is_single() {
            return;
        }
        for priority in refs.priorities(priority) {
            while let Some((position, r)) = refs.next(priority, self.rng, self.trace) {
                match self.attempt(position, r) {
                    Ok(made) if !to.push(made.attempt) => return,
                    Ok(_) => {}
                    Err(reason) => self.pass_over(reason),
                }
            }
        }
    }
}

/// The candidates that the picks of one decision took, ascending.
struct Taken {
    numbers: [usize; Attempts::MOST + 1],
    len: usize,
}

impl Taken {
    fn new(first: usize) -> Self {
        let mut taken = Self { numbers: [0; Attempts::MOST + 1], len: 0 };
        taken.add(first);
        taken
    }

    fn numbers(&self) -> &[usize] {
        self.numbers.get(..self.len).unwrap_or_default()
    }

    fn add(&mut self, number: usize) {
        // Insertion into at most eight.
        let at = self.numbers().iter().take_while(|taken| **taken < number).count();
        if let Some(moved) = self.numbers.get_mut(at..=self.len) {
            moved.rotate_right(1);
            if let Some(place) = moved.first_mut() {
                *place = number;
            }
            self.len += 1;
        }
    }
}

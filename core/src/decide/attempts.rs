//! From the rule's backendRefs to attempts: the primary, and in order what to try if it fails.

use super::backend::Refs;
use super::endpoint::Arguments;
use super::model;
use super::pick::Ranked;
use super::prompt::Held;
use super::stages::{self, Before, Staged};
use crate::attempt::{Attempt, Attempts, TargetModel};
use crate::ids::PoolIx;
use crate::manifest::Criticality;
use crate::no_route::Reason;
use crate::plan::{BackendRef, BackendSet, Target};
use crate::prefix::BlockHashes;
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::state::State;
use crate::trace::{Step, Trace};
use crate::units::Nanos;

/// What one decision draws attempts with.
pub(super) struct Drawing<'a, T> {
    pub(super) state: &'a State,
    pub(super) request: &'a Request<'a>,
    pub(super) now: Nanos,
    /// The priority of the request's InferenceObjective.
    pub(super) priority: i32,
    pub(super) prompt_tokens: u32,
    /// The hashes of the prompt, once an attempt that may become the primary has asked for them.
    pub(super) hashes: &'a mut BlockHashes,
    pub(super) rng: &'a mut DecisionRng,
    pub(super) trace: &'a mut T,
}

/// What a rule comes to.
pub(super) struct Drawn {
    pub(super) attempts: Attempts,
    /// The importance of the model in the primary's pool.
    pub(super) criticality: Option<Criticality>,
    pub(super) before: Before,
    /// Tokens of the prompt that the primary probably holds.
    pub(super) cached_tokens: u32,
}

/// One attempt in the making.
struct Made {
    attempt: Attempt,
    criticality: Option<Criticality>,
    /// Of a pool: what was picked, the attempt's own endpoint first.
    picked: Option<(PoolIx, Ranked)>,
    before: Before,
    cached_tokens: u32,
}

impl<T: Trace> Drawing<'_, T> {
    /// The attempts of a rule; or why there is none, and for which ref.
    pub(super) fn attempts(&mut self, set: &BackendSet) -> Result<Drawn, (Reason, Option<usize>)> {
        let mut refs = Refs::new(set);
        let none = if set.refs.is_empty() { Reason::NoBackendRefs } else { Reason::NoWeight };
        let (position, first) = refs.first(self.rng, self.trace).ok_or((none, None))?;
        let refused = |reason| (reason, Some(position));
        let wanted = self.endpoints_wanted();
        let (primary, priority) = match self.attempt(position, first, wanted) {
            Ok(made) => (made, first.priority),
            Err(reason) if reason.is_of_the_pool() => {
                self.pass_over(reason);
                self.replacement(&mut refs, first.priority, wanted).ok_or(refused(reason))?
            }
            Err(reason) => return Err(refused(reason)),
        };
        let mut attempts = Attempts::of(primary.attempt);
        self.add_fallbacks(&mut attempts, &primary, &mut refs, priority);
        let Made { criticality, before, cached_tokens, .. } = primary;
        Ok(Drawn { attempts, criticality, before, cached_tokens })
    }

    /// How many endpoints of its pool the primary's attempt is to name.
    fn endpoints_wanted(&self) -> usize {
        let plan = &self.state.plan;
        plan.fallback_endpoints.saturating_add(1)
    }

    /// The attempt that a ref leads to.
    fn attempt(&mut self, position: usize, backend_ref: &BackendRef, wanted: usize) -> Result<Made, Reason> {
        let state = self.state;
        match backend_ref.target {
            Target::Backend(backend) => {
                model::tell(backend_ref, self.trace);
                let attempt = Attempt::new(position, TargetModel::NONE, state.backend_endpoints[backend]);
                Ok(Made {
                    attempt,
                    criticality: None,
                    picked: None,
                    before: Before::default(),
                    cached_tokens: 0,
                })
            }
            Target::Pool(pool) => {
                let named = &state.plan.pools[pool];
                let criticality = model::criticality(&state.plan, named, self.request)?;
                // A sheddable model makes the priority negative.
                let is_sheddable = criticality == Some(Criticality::Sheddable);
                let priority = if is_sheddable { self.priority.min(-1) } else { self.priority };
                let model = model::in_pool(named, self.request, self.rng, self.trace);
                let name = model.name(named).or(self.request.model).unwrap_or_default();
                let Staged { ranked: picked, before, cached_tokens } =
                    self.staged(pool, name, priority, wanted)?;
                let members = &state.members[pool];
                let first = picked.positions().next().and_then(|at| members.endpoints.get(at));
                let attempt = Attempt::new(position, model, *first.ok_or(Reason::NoReadyEndpoint)?);
                Ok(Made { attempt, criticality, picked: Some((pool, picked)), before, cached_tokens })
            }
            Target::NotFound => Err(Reason::BackendNotFound),
            Target::NotPermitted => Err(Reason::RefNotPermitted),
            Target::Broken => Err(Reason::BadFilter),
        }
    }

    fn staged(&mut self, pool: PoolIx, model: &str, priority: i32, wanted: usize) -> Result<Staged, Reason> {
        let Self { state, request, now, prompt_tokens, rng, trace, .. } = self;
        let hashes = &mut *self.hashes;
        let mut held = Held::new();
        held.look_up(state, &state.members[pool], request, model, hashes);
        let (now, prompt_tokens) = (*now, *prompt_tokens);
        let mut arguments = Arguments {
            state,
            request,
            now,
            held: &held,
            prompt_tokens,
            model,
            peer: None,
            priority,
            rng,
            trace: *trace,
        };
        stages::run(&mut arguments, pool, wanted)
    }

    /// The first attempt that the priorities after `priority` have, for a pool that has no endpoint.
    fn replacement(&mut self, refs: &mut Refs<'_>, priority: u32, wanted: usize) -> Option<(Made, u32)> {
        for later in refs.priorities(priority.checked_add(1)?) {
            while let Some((position, r)) = refs.next(later, self.rng, self.trace) {
                match self.attempt(position, r, wanted) {
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

    fn add_fallbacks(&mut self, to: &mut Attempts, primary: &Made, refs: &mut Refs<'_>, priority: u32) {
        if let Some((pool, picked)) = &primary.picked {
            let members = &self.state.members[*pool];
            let more = picked.positions().skip(1).filter_map(|at| members.endpoints.get(at));
            for endpoint in more {
                if !to.push(primary.attempt.at(*endpoint)) {
                    return;
                }
            }
        }
        if refs.is_single() {
            return;
        }
        self.trace.record(Step::FallbacksBegin);
        // The primary's hashes are what its endpoint will be known to hold.
        let mut hashes = BlockHashes::new();
        let mut later = Drawing { hashes: &mut hashes, rng: self.rng, trace: self.trace, ..*self };
        for priority in refs.priorities(priority) {
            while let Some((position, r)) = refs.next(priority, later.rng, later.trace) {
                match later.attempt(position, r, 1) {
                    Ok(made) if !to.push(made.attempt) => return,
                    Ok(_) => {}
                    Err(reason) => later.pass_over(reason),
                }
            }
        }
    }
}

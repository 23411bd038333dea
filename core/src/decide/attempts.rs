//! From the rule's backendRefs to attempts: the primary, and in order what to try if it fails.

use super::backend::Refs;
use super::candidates::in_room;
use super::endpoint::Arguments;
use super::model;
use super::pick::Ranked;
use super::prompt::{Found, Held};
use super::stages;
use crate::attempt::{Attempt, Attempts, TargetModel};
use crate::decision::Findings;
use crate::ids::PoolIx;
use crate::manifest::Criticality;
use crate::no_route::Reason;
use crate::plan::{BackendRef, BackendSet, Target};
use crate::prefix::{BlockHashes, Prompt, Scope};
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::state::{PrefixKnowledge, State};
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
    /// Where the hashes of the prompt are wanted, for the attempt that becomes the primary: its endpoint will be known to hold them.
    pub(super) hashes: Option<&'a mut BlockHashes>,
    pub(super) rng: &'a mut DecisionRng,
    pub(super) trace: &'a mut T,
}

/// What a pool is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    pool: PoolIx,
    /// Empty where there is none.
    model: &'a str,
    priority: i32,
    /// How many endpoints.
    wanted: usize,
}

impl<T: Trace> Drawing<'_, T> {
    /// Writes the attempts of a rule to `to`, and to `findings` what was found for the primary; or tells why there is none, and for which ref.
    pub(super) fn attempts(
        &mut self,
        set: &BackendSet,
        to: &mut Attempts,
        findings: &mut Findings,
    ) -> Result<(), (Reason, Option<usize>)> {
        let mut refs = Refs::new(set);
        let none = if set.refs.is_empty() { Reason::NoBackendRefs } else { Reason::NoWeight };
        let (position, first) = refs.first(self.rng, self.trace).ok_or((none, None))?;
        let refused = |reason| (reason, Some(position));
        let wanted = self.endpoints_wanted();
        let priority = match self.attempt(position, first, wanted, to, findings) {
            Ok(()) => first.priority,
            Err(reason) if reason.is_of_the_pool() => {
                self.pass_over(reason);
                self.replacement(&mut refs, first.priority, wanted, to, findings).ok_or(refused(reason))?
            }
            Err(reason) => return Err(refused(reason)),
        };
        self.add_fallbacks(to, &mut refs, priority);
        Ok(())
    }

    /// How many endpoints of its pool the primary's attempt is to name.
    fn endpoints_wanted(&self) -> usize {
        let plan = &self.state.plan;
        plan.fallback_endpoints.saturating_add(1)
    }

    /// Adds the attempt that a ref leads to, and where it leads to a pool, the same at as many more of its endpoints as are `wanted`, and writes what was
    /// found there to `findings`: where it will stand, because a decision would wait for what is handed over in memory.
    fn attempt(
        &mut self,
        position: usize,
        backend_ref: &BackendRef,
        wanted: usize,
        to: &mut Attempts,
        findings: &mut Findings,
    ) -> Result<(), Reason> {
        match backend_ref.target {
            Target::Backend(backend) => {
                model::tell(backend_ref, self.trace);
                let endpoint = self.state.backend_endpoints[backend];
                to.push(Attempt::new(position, TargetModel::NONE, endpoint));
                Ok(())
            }
            Target::Pool(pool) => self.in_pool(pool, position, wanted, to, findings),
            Target::NotFound => Err(Reason::BackendNotFound),
            Target::NotPermitted => Err(Reason::RefNotPermitted),
            Target::Broken => Err(Reason::BadFilter),
        }
    }

    fn in_pool(
        &mut self,
        pool: PoolIx,
        position: usize,
        wanted: usize,
        to: &mut Attempts,
        findings: &mut Findings,
    ) -> Result<(), Reason> {
        let (state, request) = (self.state, self.request);
        let named = &state.plan.pools[pool];
        let criticality = model::criticality(&state.plan, named, request)?;
        // A sheddable model makes the priority negative.
        let is_sheddable = criticality == Some(Criticality::Sheddable);
        let priority = if is_sheddable { self.priority.min(-1) } else { self.priority };
        let target = model::in_pool(named, request, self.rng, self.trace);
        let model = target.name(named).or(request.model).unwrap_or_default();
        let mut ranked = Ranked::default();
        let asked = Asked { pool, model, priority, wanted };
        match (&state.prefix, request.prompt) {
            (Some(knowledge), Some(prompt)) => {
                let members = state.members[pool].endpoints.len();
                in_room!(members, ROOM => self.pick_by_prompt::<ROOM>(knowledge, prompt, asked, &mut ranked, findings))
            }
            _ => self.pick(asked, None, &mut ranked, findings),
        }?;
        findings.criticality = criticality;
        let members = &state.members[pool];
        for endpoint in ranked.positions().filter_map(|at| members.endpoints.get(at)) {
            to.push(Attempt::new(position, target, *endpoint));
        }
        Ok(())
    }

    /// Looks up first what the members hold of the prompt. Apart, because a decision without one should not touch the stack that this takes.
    #[inline(never)]
    fn pick_by_prompt<const ROOM: usize>(
        &mut self,
        knowledge: &PrefixKnowledge,
        prompt: Prompt<'_>,
        asked: Asked<'_>,
        ranked: &mut Ranked,
        findings: &mut Findings,
    ) -> Result<(), Reason> {
        let mut found = Found::<ROOM>::new();
        let members = &self.state.members[asked.pool];
        let scope = Scope::new(asked.model).tenant(self.request.tenant.unwrap_or_default());
        let held = match &mut self.hashes {
            Some(hashes) => found.look_up(knowledge, members, &scope, prompt, hashes),
            None => found.look_up_alone(knowledge, members, &scope, prompt),
        };
        self.pick(asked, Some(&held), ranked, findings)
    }

    /// Runs the profiles of a pool.
    #[inline]
    fn pick(
        &mut self,
        asked: Asked<'_>,
        held: Option<&Held<'_>>,
        ranked: &mut Ranked,
        findings: &mut Findings,
    ) -> Result<(), Reason> {
        let Asked { pool, model, priority, wanted } = asked;
        let mut arguments = Arguments {
            state: self.state,
            request: self.request,
            now: self.now,
            held,
            prompt_tokens: self.prompt_tokens,
            model,
            peer: None,
            is_cold: false,
            priority,
            rng: self.rng,
            trace: self.trace,
        };
        stages::run(&mut arguments, pool, wanted, ranked, findings)
    }

    /// Adds the first attempt that the priorities after `priority` have, for a pool that has no endpoint, and tells its priority.
    fn replacement(
        &mut self,
        refs: &mut Refs<'_>,
        priority: u32,
        wanted: usize,
        to: &mut Attempts,
        findings: &mut Findings,
    ) -> Option<u32> {
        for later in refs.priorities(priority.checked_add(1)?) {
            while let Some((position, r)) = refs.next(later, self.rng, self.trace) {
                match self.attempt(position, r, wanted, to, findings) {
                    Ok(()) => return Some(later),
                    Err(reason) => self.pass_over(reason),
                }
            }
        }
        None
    }

    fn pass_over(&mut self, reason: Reason) {
        self.trace.record(Step::PassedOver { reason: reason.as_str() });
    }

    /// Adds what the refs that were not drawn yet lead to.
    fn add_fallbacks(&mut self, to: &mut Attempts, refs: &mut Refs<'_>, priority: u32) {
        if refs.is_single() {
            return;
        }
        self.trace.record(Step::FallbacksBegin);
        let mut later = Drawing { hashes: None, rng: self.rng, trace: self.trace, ..*self };
        let mut findings = Findings::default();
        for priority in refs.priorities(priority) {
            while let Some((position, r)) = refs.next(priority, later.rng, later.trace) {
                if to.is_full() {
                    return;
                }
                if let Err(reason) = later.attempt(position, r, 1, to, &mut findings) {
                    later.pass_over(reason);
                }
            }
        }
    }
}

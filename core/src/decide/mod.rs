//! The decision itself: request to match to backendRef to model to endpoint, one file a step, no state but what is passed in.

mod admission;
mod attempts;
mod backend;
mod candidates;
mod endpoint;
mod facts;
mod filter;
mod joint;
mod latency;
mod matching;
mod model;
mod path;
mod pick;
mod prompt;
mod score;
mod sent;
mod session;
mod stages;
mod subset;
#[cfg(test)]
mod testing;
mod topology;

use std::ops::Deref;

pub use self::score::ScoringView;
pub(crate) use self::sent::sent;
pub(crate) use self::stages::Before;

use self::attempts::Drawing;
use crate::decision::{Choice, Decision, Place};
use crate::no_route::{NoRoute, Reason};
use crate::plan::RuleAnswer;
use crate::prefix::BlockHashes;
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::state::State;
use crate::trace::Trace;
use crate::units::Nanos;

/// Decides where a request goes. Depends on its arguments alone, allocates nothing for plans that read up to 64 header names.
///
/// `now` is the host's monotonic clock, for strategies that age what they know. `rng` is fresh from the seed of this decision.
///
/// # Errors
/// [`NoRoute`] where the request goes nowhere: the status and reason to answer with.
pub fn decide<'s>(
    state: &'s State,
    request: &Request<'_>,
    now: Nanos,
    rng: &mut DecisionRng,
    trace: &mut impl Trace,
) -> Result<Decision<&'s State>, NoRoute<&'s State>> {
    run(state, request, now, None, rng, trace, false)
}

/// [`decide`] on whatever keeps the state alive. `hashes`, where they are wanted, are afterwards those of the prompt for the primary's pool. Takes the pool's
/// turn, where pickers go by turns and the decision `counts`.
pub(crate) fn run<S: Deref<Target = State>>(
    state: S,
    request: &Request<'_>,
    now: Nanos,
    hashes: Option<&mut BlockHashes>,
    rng: &mut DecisionRng,
    trace: &mut impl Trace,
    counts: bool,
) -> Result<Decision<S>, NoRoute<S>> {
    let seed = rng.seed();
    // Written where it stands: it is more than a hundred bytes.
    let mut choice = Choice::none();
    match choose(&state, request, now, hashes, rng, trace, &mut choice) {
        Ok(()) => {
            if counts {
                choice.take_turn(&state);
            }
            Ok(Decision { state, choice, seed })
        }
        Err(Refusal { reason, at, backend_ref }) => Err(NoRoute { state, reason, at, backend_ref, seed }),
    }
}

/// Why a request goes nowhere, in numbers.
struct Refusal {
    reason: Reason,
    at: Option<Place>,
    backend_ref: Option<usize>,
}

impl Refusal {
    const NO_RULE: Self = Self { reason: Reason::NoRule, at: None, backend_ref: None };
    const NO_POOL: Self = Self { reason: Reason::BackendNotFound, at: None, backend_ref: None };
}

fn choose(
    state: &State,
    request: &Request<'_>,
    now: Nanos,
    hashes: Option<&mut BlockHashes>,
    rng: &mut DecisionRng,
    trace: &mut impl Trace,
    choice: &mut Choice,
) -> Result<(), Refusal> {
    let at = match request.pool {
        Some(pool) => matching::of_pool(&state.plan, pool, trace).ok_or(Refusal::NO_POOL)?,
        None => matching::find(&state.plan, request, trace).ok_or(Refusal::NO_RULE)?,
    };
    let fail = |reason| Refusal { reason, at: Some(at), backend_ref: None };
    let rule = &state.plan.rules[at.rule];
    match rule.answer {
        Some(RuleAnswer::Redirect(_)) => return Err(fail(Reason::Redirect)),
        Some(RuleAnswer::Direct(_)) => return Err(fail(Reason::DirectResponse)),
        Some(RuleAnswer::NotFound) => return Err(Refusal::NO_RULE),
        Some(RuleAnswer::Broken) => return Err(fail(Reason::BadFilter)),
        None => {}
    }
    let objective = request.objective.and_then(|name| state.plan.objectives.get(name));
    let priority = objective.copied().unwrap_or_default();
    let prompt_tokens = request.tokens();
    (choice.at, choice.prompt_tokens, choice.priority) = (at, prompt_tokens, priority);
    let mut drawing = Drawing { state, request, now, priority, prompt_tokens, hashes, rng, trace };
    drawing
        .attempts(&rule.backends, &mut choice.attempts, &mut choice.findings)
        .map_err(|(reason, backend_ref)| Refusal { backend_ref, ..fail(reason) })
}

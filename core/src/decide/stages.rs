//! Which profiles run for a request, and what each of their picks is for.

use super::endpoint::{self, Arguments};
use super::facts;
use super::pick::Ranked;
use super::prompt::PrefixMatch;
use crate::ids::{EndpointIx, PoolIx};
use crate::no_route::Reason;
use crate::plan::{Decider, Disaggregation, Handler, Scheduling};
use crate::request::Request;
use crate::trace::Trace;

/// What the profiles picked of one pool.
pub(super) struct Staged {
    /// Endpoints that work on the request before.
    pub(super) before: Before,
    /// Tokens of the prompt that the endpoint probably holds.
    pub(super) cached_tokens: u32,
    /// Whether a profile asked and found that nobody holds anything of the prompt.
    pub(super) is_cold: bool,
}

/// Endpoints that work on parts of a request before the endpoint that it goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// Works off the prompt.
    pub(crate) prefill: Option<EndpointIx>,
    /// Works off images, audio and video.
    pub(crate) encode: Option<EndpointIx>,
}

/// Runs the profiles that the handler asks for. `ranked` is then where the request goes, with what to fall back on: `wanted` endpoints to go to are named, unless it is more than one and the profile says how many.
pub(super) fn run<T: Trace>(
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    wanted: usize,
    ranked: &mut Ranked,
) -> Result<Staged, Reason> {
    let scheduling = &arguments.state.plan.scheduling;
    let profile = match &scheduling.handler {
        Handler::Single | Handler::DataParallel { .. } => Some(0),
        Handler::Header { .. } if scheduling.profiles.len() == 1 => Some(0),
        Handler::Header { header, default } => {
            let named = facts::header(arguments.state, arguments.request, header);
            scheduling.profile(named.unwrap_or(default))
        }
        Handler::Disaggregated(stages) => scheduling.profile(&stages.decode),
    };
    let profile = profile.ok_or(Reason::NoProfile)?;
    endpoint::rank(arguments, pool, profile, wanted, ranked)?;
    let held = ranked.positions().next().and_then(|position| arguments.held.by(position));
    // Whoever works on another part of the request sends what it made of it there.
    arguments.peer = ranked.positions().next();
    let before = match &scheduling.handler {
        Handler::Disaggregated(stages) => before(stages, scheduling, arguments, pool, held),
        _ => Before::default(),
    };
    Ok(Staged { before, cached_tokens: held.unwrap_or_default().tokens(), is_cold: arguments.is_cold })
}

/// A stage without an endpoint is left to the endpoint that the request goes to.
fn before<T: Trace>(
    stages: &Disaggregation,
    scheduling: &Scheduling,
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    held: Option<PrefixMatch>,
) -> Before {
    let mut stage = |stage: &Option<(String, Decider)>| {
        let (profile, decider) = stage.as_ref()?;
        if !is_wanted(decider, arguments.request, arguments.prompt_tokens, held) {
            return None;
        }
        let mut ranked = Ranked::default();
        endpoint::rank(arguments, pool, scheduling.profile(profile)?, 1, &mut ranked).ok()?;
        arguments.state.members[pool].endpoints.get(ranked.positions().next()?).copied()
    };
    let encode = stage(&stages.encode);
    Before { prefill: stage(&stages.prefill), encode }
}

/// `held` is what the endpoint that the request goes to holds; without it there is no telling, so nothing is set apart.
fn is_wanted(decider: &Decider, request: &Request<'_>, prompt: u32, held: Option<PrefixMatch>) -> bool {
    match *decider {
        Decider::Always => true,
        Decider::Multimodal => request.multimodal,
        Decider::PrefixBased { non_cached_tokens, prompt_tokens } => {
            let is_long = prompt >= prompt_tokens && prompt >= non_cached_tokens;
            let is_cold = |held: PrefixMatch| prompt.saturating_sub(held.tokens()) >= non_cached_tokens;
            non_cached_tokens > 0 && is_long && held.is_some_and(is_cold)
        }
    }
}

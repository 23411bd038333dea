//! Which profiles run for a request, and what each of their picks is for.

use super::endpoint::{self, Arguments};
use super::facts;
use super::joint;
use super::pick::Ranked;
use super::prompt::PrefixMatch;
use crate::decision::Findings;
use crate::ids::{EndpointIx, PoolIx};
use crate::no_route::Reason;
use crate::plan::{Decider, Disaggregation, Handler, StageOrder};
use crate::request::Request;
use crate::trace::Trace;

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
    findings: &mut Findings,
) -> Result<(), Reason> {
    match &arguments.state.plan.scheduling.handler {
        Handler::Disaggregated(stages) => {
            findings.before = in_stages(stages, arguments, pool, wanted, ranked)?;
        }
        handler => {
            let profile = single(handler, arguments).ok_or(Reason::NoProfile)?;
            endpoint::rank(arguments, pool, profile, wanted, ranked)?;
        }
    }
    find(arguments, ranked, findings);
    Ok(())
}

/// The profile of a handler that runs one.
#[inline]
fn single<T>(handler: &Handler, arguments: &Arguments<'_, T>) -> Option<usize> {
    let scheduling = &arguments.state.plan.scheduling;
    match handler {
        Handler::Header { header, default } if scheduling.profiles.len() > 1 => {
            let named = facts::header(arguments.state, arguments.request, header);
            scheduling.profile(named.unwrap_or(default))
        }
        _ => Some(0),
    }
}

/// Writes down what the endpoint that was picked holds of the prompt, and what others do. Without a prompt nothing: that stands there already.
#[inline]
fn find<T>(arguments: &Arguments<'_, T>, ranked: &Ranked, findings: &mut Findings) {
    if arguments.is_cold {
        findings.is_cold = true;
    }
    let Some(held) = arguments.held else { return };
    let chosen = ranked.positions().next().and_then(|position| held.by(position));
    findings.cached_tokens = chosen.unwrap_or_default().tokens();
    if arguments.state.plan.scheduling.counts_copies() {
        let found = held.most(arguments.prompt_tokens, |_| true);
        (findings.found_tokens, findings.is_common) = (found.tokens, found.holders > 1);
    }
}

/// A stage without an endpoint is left to the endpoint that the request goes to.
fn in_stages<T: Trace>(
    stages: &Disaggregation,
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    wanted: usize,
    ranked: &mut Ranked,
) -> Result<Before, Reason> {
    let decode = arguments.state.plan.scheduling.profile(&stages.decode).ok_or(Reason::NoProfile)?;
    let (prefill, encode) = match stages.order {
        StageOrder::DecodeFirst => {
            endpoint::rank(arguments, pool, decode, wanted, ranked)?;
            // Whoever works on another part of the request sends what it made of it there.
            arguments.peer = ranked.positions().next();
            let held = arguments.peer.and_then(|position| arguments.held_by(position));
            let encode = stage(&stages.encode, arguments, pool, held);
            (stage(&stages.prefill, arguments, pool, held), encode)
        }
        StageOrder::PrefillFirst => {
            let prefill = stage(&stages.prefill, arguments, pool, None);
            let encode = stage(&stages.encode, arguments, pool, None);
            arguments.peer = prefill;
            endpoint::rank(arguments, pool, decode, wanted, ranked)?;
            (prefill, encode)
        }
        StageOrder::Joint => {
            let prefill = joint::choose(&stages.prefill, arguments, pool, decode, wanted, ranked)?;
            arguments.peer = ranked.positions().next();
            let held = arguments.peer.and_then(|position| arguments.held_by(position));
            (prefill, stage(&stages.encode, arguments, pool, held))
        }
    };
    let members = &arguments.state.members[pool].endpoints;
    let endpoint = |position: Option<usize>| members.get(position?).copied();
    Ok(Before { prefill: endpoint(prefill), encode: endpoint(encode) })
}

/// The position of the member that a stage goes to.
fn stage<T: Trace>(
    stage: &Option<(String, Decider)>,
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    held: Option<PrefixMatch>,
) -> Option<usize> {
    let profile = wanted_profile(stage, arguments, held)?;
    let mut ranked = Ranked::default();
    endpoint::rank(arguments, pool, profile, 1, &mut ranked).ok()?;
    ranked.positions().next()
}

/// The profile of a stage, if its decider wants an endpoint of its own for it.
pub(super) fn wanted_profile<T>(
    stage: &Option<(String, Decider)>,
    arguments: &Arguments<'_, T>,
    held: Option<PrefixMatch>,
) -> Option<usize> {
    let (profile, decider) = stage.as_ref()?;
    let is_wanted = is_wanted(decider, arguments.request, arguments.prompt_tokens, held);
    arguments.state.plan.scheduling.profile(profile).filter(|_| is_wanted)
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

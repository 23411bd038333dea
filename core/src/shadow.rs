//! What another plan would have done with the same requests on the same state.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use crate::decide;
use crate::decision::Decision;
use crate::no_route::NoRoute;
use crate::plan::Plan;
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::router::Router;
use crate::state::State;
use crate::trace::NoTrace;
use crate::units::Nanos;

/// Decides beside a router with another plan, and counts where the two differ. Nothing it does is seen by the router.
///
/// The other plan sees the endpoints and signals of the router as its own decisions moved them: in-flight counts stay those of the live plan. So a
/// shadow says what the other plan would do next, not where it would have led.
#[derive(Debug)]
pub struct Shadow {
    plan: Arc<Plan>,
    /// The other plan's state, with the version of the router's state it was made from.
    state: Option<(u64, Arc<State>)>,
    report: ShadowReport,
}

/// What a [`Shadow`] has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShadowReport {
    /// Requests that both plans decided.
    pub requests: u64,
    /// Those that both sent to the same endpoint, or refused for the same reason.
    pub agreed: u64,
    /// Those that both sent by the same route, rule and backendRef.
    pub agreed_on_backend: u64,
    /// Requests by endpoint, of the live plan and of the shadow; refusals under their reason's word.
    pub endpoints: BTreeMap<String, ShadowCount>,
}

/// Requests that two plans sent to one endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShadowCount {
    /// The live plan.
    pub live: u64,
    /// The shadow.
    pub shadow: u64,
}

impl Shadow {
    /// A shadow that decides by `plan`.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        Self { plan: plan.into(), state: None, report: ShadowReport::default() }
    }

    /// Decides the request by the shadow's plan with the seed of the live outcome, and counts both. Call it right after the live decision, before
    /// the state moves on.
    ///
    /// # Errors
    /// [`NoRoute`] where the shadow's plan refuses the request. That is an outcome like any other, and counted.
    pub fn compare<S: Deref<Target = State>>(
        &mut self,
        router: &Router,
        request: &Request<'_>,
        now: Nanos,
        live: Result<&Decision<S>, &NoRoute<S>>,
    ) -> Result<Decision<Arc<State>>, NoRoute<Arc<State>>> {
        let state = self.state(router);
        let seed = match live {
            Ok(decision) => decision.seed(),
            Err(no_route) => no_route.seed(),
        };
        let rng = &mut DecisionRng::from_seed(seed);
        // A live plan that goes by turns counts them itself; another one leaves them to the shadow.
        let counts = !router.snapshot().plan().scheduling.takes_turns();
        let shadow = decide::run(state, request, now, None, rng, &mut NoTrace, counts);
        self.report.count(live, shadow.as_ref());
        shadow
    }

    /// What was counted so far.
    pub fn report(&self) -> &ShadowReport {
        &self.report
    }

    /// The state of the router under the shadow's plan: made anew only when endpoints or the live plan changed.
    fn state(&mut self, router: &Router) -> Arc<State> {
        let live = router.snapshot();
        match &self.state {
            Some((version, state)) if *version == live.version() => Arc::clone(state),
            _ => {
                let state = Arc::new(live.with_plan(Arc::clone(&self.plan)));
                self.state = Some((live.version(), Arc::clone(&state)));
                state
            }
        }
    }
}

impl ShadowReport {
    fn count<S, T>(
        &mut self,
        live: Result<&Decision<S>, &NoRoute<S>>,
        shadow: Result<&Decision<T>, &NoRoute<T>>,
    ) where
        S: Deref<Target = State>,
        T: Deref<Target = State>,
    {
        let (live_to, shadow_to) = (destination(live), destination(shadow));
        self.requests += 1;
        self.agreed += u64::from(live_to == shadow_to);
        self.agreed_on_backend += u64::from(backend(live) == backend(shadow));
        self.endpoints.entry(live_to.to_owned()).or_default().live += 1;
        self.endpoints.entry(shadow_to.to_owned()).or_default().shadow += 1;
    }
}

fn destination<'d, S: Deref<Target = State>>(outcome: Result<&'d Decision<S>, &'d NoRoute<S>>) -> &'d str {
    match outcome {
        Ok(decision) => decision.endpoint(),
        Err(no_route) => no_route.reason().as_str(),
    }
}

fn backend<'d, S: Deref<Target = State>>(
    outcome: Result<&'d Decision<S>, &'d NoRoute<S>>,
) -> (&'d str, usize, usize) {
    match outcome {
        Ok(decision) => (decision.route(), decision.rule(), decision.backend_ref_index()),
        Err(no_route) => (no_route.reason().as_str(), 0, 0),
    }
}

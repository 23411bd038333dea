//! The array of numbers that a decision crosses the border with. `lib/native.js` holds the other half of this table.

use std::ops::Deref;

use inferroute::{Criticality, Decision, Nanos, NoRoute, Reason, State};

use crate::border::Call;

/// Where the shared array stands among the arguments.
const AT: usize = 0;

/// Stands for "none" where a number may be absent.
const NONE: u32 = u32::MAX;

/// The reasons, each at the number that crosses the border.
pub(crate) const REASONS: [Reason; 7] = [
    Reason::NoRule,
    Reason::NoBackendRefs,
    Reason::NoWeight,
    Reason::BackendNotFound,
    Reason::RefNotPermitted,
    Reason::PoolEmpty,
    Reason::NoReadyEndpoint,
];

/// Time and seed of a call.
pub(crate) struct When {
    pub(crate) now: Nanos,
    /// The caller's own, where there is one.
    pub(crate) seed: Option<u64>,
}

/// What JavaScript wrote: `[has seed, now low, now high, seed low, seed high]`.
pub(crate) fn when(call: &Call) -> When {
    let [has_seed, now_low, now_high, seed_low, seed_high] = call.numbers(AT).unwrap_or_default();
    When {
        now: Nanos::new(join(now_low, now_high)),
        seed: (has_seed == 1).then(|| join(seed_low, seed_high)),
    }
}

/// Which text is the model of a decision; the number a call answers with. 0 stands for no route.
pub(crate) enum ModelKind {
    /// The one the client named.
    Unchanged,
    /// The one in the table of the rule's backendRefs.
    Override,
    /// One drawn from an InferenceModel's targets: ask for it.
    Drawn,
}

impl ModelKind {
    pub(crate) fn of<S: Deref<Target = State>>(decision: &Decision<S>) -> Self {
        match (decision.model_override(), decision.pool()) {
            (None, _) => Self::Unchanged,
            (Some(_), None) => Self::Override,
            (Some(_), Some(_)) => Self::Drawn,
        }
    }

    pub(crate) fn number(&self) -> u32 {
        match self {
            Self::Unchanged => 1,
            Self::Override => 2,
            Self::Drawn => 3,
        }
    }
}

/// Writes `[version low, high, seed low, high, rule, match, backendRef, endpoint, criticality, ticket]`.
pub(crate) fn set_decision<S: Deref<Target = State>>(
    call: &Call,
    decision: &Decision<S>,
    ticket: Option<usize>,
) {
    let [version_low, version_high] = split(decision.state_version());
    let [seed_low, seed_high] = split(decision.seed());
    let criticality = match decision.criticality() {
        None => 0,
        Some(Criticality::Sheddable) => 1,
        Some(Criticality::Standard) => 2,
        Some(Criticality::Critical) => 3,
    };
    call.set_numbers(
        AT,
        [
            version_low,
            version_high,
            seed_low,
            seed_high,
            number(Some(decision.rule_number())),
            number(Some(decision.match_index())),
            number(Some(decision.backend_ref_index())),
            number(Some(decision.endpoint_number())),
            criticality,
            number(ticket),
        ],
    );
}

/// Writes `[0, 0, seed low, high, rule or none, reason]`.
pub(crate) fn set_no_route(call: &Call, no_route: &NoRoute) {
    let [seed_low, seed_high] = split(no_route.seed());
    let reason = REASONS.iter().position(|reason| *reason == no_route.reason());
    call.set_numbers(AT, [0, 0, seed_low, seed_high, number(no_route.rule_number()), number(reason)]);
}

fn number(value: Option<usize>) -> u32 {
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or(NONE)
}

fn join(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn split(value: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

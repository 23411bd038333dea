//! What a decision tells of itself while it is made.
//!
//! The evaluator reports each step to a [`Trace`]. With [`NoTrace`] nothing is left of that after compilation; with a
//! [`Recorder`](crate::Recorder) the same evaluator leaves an explanation.

use crate::plan::Miss;

/// Receives the steps of a decision.
pub trait Trace {
    /// Whether steps are wanted. Where this is `false`, work that only a trace needs is left out at compile time.
    const ON: bool;

    /// One step, in the order in which they are taken.
    fn record(&mut self, step: Step<'_>);
}

/// Wants no steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl Trace for NoTrace {
    const ON: bool = false;

    #[inline]
    fn record(&mut self, _step: Step<'_>) {}
}

/// One step of a decision.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Step<'s> {
    /// A match of a rule was tried, in order of precedence.
    Match {
        /// `namespace/name` of the route.
        route: &'s str,
        /// Position of the rule in the route.
        rule: usize,
        /// Position of the match in the rule.
        match_index: usize,
        /// What kept it from holding, `None` if it holds.
        miss: Option<Miss<'s>>,
    },
    /// A backendRef of the rule that matched.
    BackendRef {
        /// Its kind.
        kind: &'s str,
        /// `namespace/name`.
        name: &'s str,
        /// Its weight.
        weight: u64,
        /// Its priority; smaller goes first.
        priority: u32,
        /// Whether it takes part: positive weight, and no such ref has a smaller priority.
        takes_part: bool,
    },
    /// A number was drawn.
    Draw {
        /// What the number decides.
        what: &'static str,
        /// The number is below this one.
        below: u64,
        /// The number.
        number: u64,
    },
    /// The backendRef was chosen.
    BackendChosen {
        /// Its kind.
        kind: &'s str,
        /// `namespace/name`.
        name: &'s str,
    },
    /// The backendRef that was chosen leads nowhere, and another one takes its place.
    PassedOver {
        /// Why.
        reason: &'static str,
    },
    /// The model to ask for was changed.
    ModelChosen {
        /// The model.
        model: &'s str,
    },
    /// A profile begins to choose an endpoint of the pool.
    Profile {
        /// Its name.
        name: &'s str,
    },
    /// An endpoint of the pool was taken out by a filter, or stays.
    Endpoint {
        /// Its id.
        id: &'s str,
        /// Its address.
        address: Option<&'s str>,
        /// Requests in flight there.
        in_flight: u32,
        /// The filter that took it out, `None` if it stays.
        removed_by: Option<&'static str>,
        /// What that filter asks of endpoints, in words; `None` if it stays.
        demand: Option<&'s str>,
    },
    /// How full the pool is for a request that may be turned away; 1 is full.
    Saturation {
        /// The mean over its endpoints.
        saturation: f64,
        /// From where on the request is turned away.
        ceiling: f64,
    },
    /// A scorer rated an endpoint.
    Scored {
        /// Its id.
        id: &'s str,
        /// The scorer's type name.
        scorer: &'s str,
        /// The rating as the scorer gave it; `None` where it could give none.
        rating: Option<f64>,
        /// What a rating counts.
        weight: f64,
        /// What it adds to the score: weight times the rating held to 0..=1.
        points: f64,
    },
    /// A scorer of the host's own could not rate; nobody has points of it.
    ScorerFailed {
        /// The scorer's name.
        scorer: &'s str,
        /// What it said.
        reason: &'s str,
    },
    /// The endpoint that is picked next scored the same as another; this number of its own was the larger.
    Tie {
        /// The number.
        number: u64,
    },
    /// The endpoints to generate and to prefill on were chosen together.
    Paired {
        /// The id of the one to generate on.
        decode: &'s str,
        /// The id of the one to prefill on.
        prefill: &'s str,
        /// The score of the first.
        decode_score: f64,
        /// The score of the second.
        prefill_score: f64,
        /// What their being close to each other adds.
        affinity: f64,
    },
    /// The primary is settled; what follows settles the fallbacks.
    FallbacksBegin,
    /// An endpoint was picked.
    Picked {
        /// Its id.
        id: &'s str,
        /// The picker.
        picker: &'static str,
    },
}

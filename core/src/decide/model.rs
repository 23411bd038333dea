//! Which model to ask for: the backendRef's override, or a target of the pool's InferenceModel.

use crate::attempt::ModelChoice;
use crate::manifest::Criticality;
use crate::plan::{BackendRef, Pool};
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::trace::{Step, Trace};

/// The model of a backendRef to anything but a pool.
pub(super) fn of_ref<T: Trace>(named: &BackendRef, trace: &mut T) -> ModelChoice {
    let Some(model) = named.model.as_deref() else { return ModelChoice::Unchanged };
    trace.record(Step::ModelChosen { model });
    ModelChoice::Override
}

/// The model in a pool: a target of the InferenceModel that declares the request's model, drawn by weight.
pub(super) fn in_pool<T: Trace>(
    pool: &Pool,
    request: &Request<'_>,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> (ModelChoice, Option<Criticality>) {
    let Some((model, declared)) = request.model.and_then(|name| pool.models.find(name)) else {
        return (ModelChoice::Unchanged, None);
    };
    let targets = &declared.targets;
    let position = match (&targets.shares, targets.names.len()) {
        (_, 0) => return (ModelChoice::Unchanged, declared.criticality),
        (_, 1) => 0,
        (Some(shares), _) => {
            let drawn = shares.draw(rng);
            if let Some((below, number)) = drawn.draw {
                trace.record(Step::Draw { what: "model by weight", below, number });
            }
            drawn.position
        }
        (None, count) => {
            let position = rng.position(count);
            if T::ON {
                trace.record(Step::Draw { what: "model", below: wide(count), number: wide(position) });
            }
            position
        }
    };
    if let Some(model) = targets.names.get(position) {
        trace.record(Step::ModelChosen { model });
    }
    (ModelChoice::target(model, position), declared.criticality)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

//! Which model to ask for: the backendRef's override, or a target of the pool's InferenceModel.

use crate::attempt::TargetModel;
use crate::convert::wide;
use crate::manifest::Criticality;
use crate::no_route::Reason;
use crate::plan::{BackendRef, Plan, Pool, UnknownModel};
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::trace::{Step, Trace};

/// Tells the model that a backendRef to anything but a pool asks for.
pub(super) fn tell<T: Trace>(named: &BackendRef, trace: &mut T) {
    if let Some(model) = named.model.as_deref() {
        trace.record(Step::ModelChosen { model });
    }
}

/// How much the request's model matters in a pool; refused where undeclared models are.
pub(super) fn criticality(
    plan: &Plan,
    pool: &Pool,
    request: &Request<'_>,
) -> Result<Option<Criticality>, Reason> {
    let Some(name) = request.model else { return Ok(None) };
    match (pool.models.declared(name), plan.unknown_model) {
        (Some(criticality), _) => Ok(criticality),
        (None, UnknownModel::Pass) => Ok(None),
        (None, UnknownModel::Sheddable) => Ok(Some(Criticality::Sheddable)),
        (None, UnknownModel::Reject) => Err(Reason::UnknownModel),
    }
}

/// The model in a pool: a target of what the request's model stands for, drawn by weight.
pub(super) fn in_pool<T: Trace>(
    pool: &Pool,
    request: &Request<'_>,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> TargetModel {
    let Some((model, found)) = request.model.and_then(|name| pool.models.find(name)) else {
        return TargetModel::NONE;
    };
    let targets = &found.targets;
    let position = match (&targets.shares, targets.names.len()) {
        (_, 0) => return TargetModel::NONE,
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
    TargetModel::new(model, position)
}

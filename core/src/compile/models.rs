//! The model names of each pool: what InferenceModelRewrites and InferenceModels say they stand for.

use std::collections::{BTreeMap, HashMap};

use super::objects::{Named, Objects, age};
use super::report::Report;
use crate::ids::{Ix, ObjectName};
use crate::manifest::{Code, Criticality, Kind, ModelSpec, RewriteTargetWire};
use crate::plan::{Model, Models, Shares, Targets};
use crate::units::Weight;

/// The models of each pool, by the pool's position. A rewrite of a name goes before an InferenceModel of it; of several objects for one name the older
/// counts.
pub(super) fn models(objects: &Objects<'_>, report: &mut Report) -> HashMap<usize, Models> {
    let mut pools: HashMap<usize, Models> = HashMap::new();
    for rewrite in by_age(&objects.rewrites) {
        let Some(pool) = pool_of(objects, rewrite, &rewrite.object.spec.pool_ref.name, report) else {
            continue;
        };
        let models = pools.entry(pool).or_default();
        for rule in &rewrite.object.spec.rules {
            let model = || Model { criticality: None, targets: rewritten(&rule.targets) };
            if rule.matches.is_empty() {
                models.add_generic(model());
            }
            for named in rule.matches.iter().filter_map(|one| one.model.as_ref()) {
                models.add(&named.value, model());
            }
        }
    }
    for model in by_age(&objects.models) {
        let spec = &model.object.spec;
        let Some(pool) = pool_of(objects, model, &spec.pool_ref.name, report) else { continue };
        let criticality = spec.criticality.as_deref().and_then(Criticality::parse);
        let declared = Model { criticality, targets: declared(spec) };
        pools.entry(pool).or_default().declare(&spec.model_name, declared);
    }
    pools
}

fn by_age<'o, 's, Spec>(objects: &'o [Named<'s, Spec>]) -> impl Iterator<Item = &'o Named<'s, Spec>> {
    let ordered: BTreeMap<_, _> =
        objects.iter().map(|named| (age(&named.object.metadata, &named.name), named)).collect();
    ordered.into_values()
}

fn pool_of<Spec>(
    objects: &Objects<'_>,
    named: &Named<'_, Spec>,
    pool: &str,
    report: &mut Report,
) -> Option<usize> {
    let pool = ObjectName::new(named.name.namespace(), pool);
    let found = objects.pool(&pool);
    if found.is_none() {
        let message = format!("there is no InferencePool {pool}");
        let missing = objects.missing(Kind::InferencePool, &pool);
        report.missing(named.source, Code::NotFound, "spec.poolRef.name", message, missing);
    }
    found.map(Ix::position)
}

/// The first target's weight says whether weights count.
fn declared(spec: &ModelSpec) -> Targets {
    let weighted = spec.target_models.first().is_some_and(|first| first.weight.is_some());
    let weights = spec.target_models.iter().map(|target| weight(target.weight));
    let shares = weighted.then(|| Shares::new(weights)).flatten();
    Targets { names: spec.target_models.iter().map(|target| target.name.as_str().into()).collect(), shares }
}

/// Where any target has a weight, those without are never chosen.
fn rewritten(targets: &[RewriteTargetWire]) -> Targets {
    let shares = Shares::new(targets.iter().map(|target| weight(target.weight)));
    Targets { names: targets.iter().map(|target| target.model_rewrite.as_str().into()).collect(), shares }
}

fn weight(weight: Option<i64>) -> u64 {
    weight.and_then(Weight::try_new).map_or(0, Weight::get)
}

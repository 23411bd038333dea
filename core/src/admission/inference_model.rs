//! What is said about the models of a pool: InferenceModel and, after it, InferenceObjective and InferenceModelRewrite.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::fields::{group, kind, object_name, spec};
use super::probe::has;
use super::schema::{Schema, int, list, object, opt, req, string, text, text_of, wide_int};

pub(super) static MODEL: LazyLock<Schema> = LazyLock::new(|| model(1..=1_000_000));

/// The first version allowed a weight of 0.
pub(super) static MODEL_V1ALPHA1: LazyLock<Schema> = LazyLock::new(|| model(0..=1_000_000));

pub(super) static OBJECTIVE: LazyLock<Schema> = LazyLock::new(|| {
    spec(opt("spec", object([req("poolRef", pool()), opt("priority", wide_int(i64::MIN..=i64::MAX))])))
});

pub(super) static REWRITE: LazyLock<Schema> = LazyLock::new(|| {
    let model = object([opt("type", text_of(&["Exact"])), req("value", text(1..=usize::MAX))]);
    let target = object([req("modelRewrite", string()), opt("weight", int(1..=1_000_000))]);
    let rule = object([
        opt("matches", list(0..=usize::MAX, object([req("model", model)]))),
        opt("targets", list(1..=usize::MAX, target)),
    ]);
    spec(opt("spec", object([req("poolRef", pool()), req("rules", list(0..=usize::MAX, rule))])))
});

fn model(weights: RangeInclusive<i64>) -> Schema {
    let target = object([req("name", text(0..=253)), opt("weight", int(weights))]);
    let targets = list(0..=10, target).rule(
        "Weights should be set for all models, or none of the models.",
        |targets| {
            let targets = targets.items();
            targets.iter().all(|target| has(target, "weight"))
                || !targets.iter().any(|target| has(target, "weight"))
        },
    );
    let fields = [
        req("modelName", text(0..=256)),
        req("poolRef", pool()),
        opt("criticality", text_of(&["Critical", "Standard", "Sheddable"])),
        opt("targetModels", targets),
    ];
    spec(opt("spec", object(fields)))
}

fn pool() -> Schema {
    object([opt("group", group()), opt("kind", kind()), req("name", object_name())])
}

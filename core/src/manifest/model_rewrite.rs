//! InferenceModelRewrite: model names of a pool that stand for others (Inference Extension v1.2 and later, llm-d).

use serde::Deserialize;

use super::inference_model::PoolRefWire;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RewriteSpec {
    pub(crate) pool_ref: PoolRefWire,
    #[serde(default)]
    pub(crate) rules: Vec<RewriteRuleWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RewriteRuleWire {
    #[serde(default)]
    pub(crate) matches: Vec<RewriteMatchWire>,
    /// Called `split` in the first release.
    #[serde(default, alias = "split")]
    pub(crate) targets: Vec<RewriteTargetWire>,
}

/// A match without a model makes its rule unreachable, as upstream has it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RewriteMatchWire {
    #[serde(default)]
    pub(crate) model: Option<ModelMatchWire>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ModelMatchWire {
    pub(crate) value: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RewriteTargetWire {
    pub(crate) model_rewrite: String,
    #[serde(default)]
    pub(crate) weight: Option<i64>,
}

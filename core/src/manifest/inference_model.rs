//! InferenceModel: a model name that clients send to a pool, its importance, and the models or adapters it stands for (v1alpha1 and v1alpha2).

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelSpec {
    pub(crate) model_name: String,
    #[serde(default)]
    pub(crate) criticality: Option<String>,
    #[serde(default)]
    pub(crate) target_models: Vec<TargetWire>,
    pub(crate) pool_ref: PoolRefWire,
}

/// How much a model's requests matter when its pool is full. An absent field means [`Standard`](Self::Standard).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Criticality {
    /// Dropped first.
    Sheddable,
    /// The default.
    Standard,
    /// Served as long as anything is.
    Critical,
}

impl Criticality {
    pub(crate) const NAMES: &[&str] = &["Critical", "Standard", "Sheddable"];

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Sheddable, Self::Standard, Self::Critical].into_iter().find(|class| class.as_str() == word)
    }

    /// The word of the manifest, for example `Critical`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sheddable => "Sheddable",
            Self::Standard => "Standard",
            Self::Critical => "Critical",
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TargetWire {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) weight: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PoolRefWire {
    pub(crate) name: String,
}

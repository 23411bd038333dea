//! InferenceObjective: how much a class of requests matters (Inference Extension v1.0 and later, llm-d).

use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ObjectiveSpec {
    /// Absent means 0; larger matters more, below 0 is dropped first.
    #[serde(default)]
    pub(crate) priority: Option<i64>,
}

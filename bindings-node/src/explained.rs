//! The endpoints of an explanation as JavaScript names them.

use inferroute::{
    ExplainedEndpoint, ExplainedFailure, ExplainedPick, ExplainedSaturation, ExplainedScore, Explanation,
};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explained<'e> {
    endpoints: Vec<EndpointRow<'e>>,
    picked: &'e [ExplainedPick],
    saturation: Option<ExplainedSaturation>,
    scorers_failed: &'e [ExplainedFailure],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointRow<'e> {
    id: &'e str,
    address: Option<&'e str>,
    in_flight: u32,
    removed_by: Option<&'static str>,
    scores: &'e [ExplainedScore],
    total: Option<f64>,
}

impl<'e> Explained<'e> {
    pub(crate) fn of(explanation: &'e Explanation) -> Self {
        let row = |endpoint: &'e ExplainedEndpoint| EndpointRow {
            id: &endpoint.id,
            address: endpoint.address.as_deref(),
            in_flight: endpoint.in_flight,
            removed_by: endpoint.removed_by,
            scores: &endpoint.scores,
            total: endpoint.total,
        };
        Self {
            endpoints: explanation.endpoints().iter().map(row).collect(),
            picked: explanation.picked(),
            saturation: explanation.saturation(),
            scorers_failed: explanation.failures(),
        }
    }
}

//! The endpoints of an explanation as JavaScript names them.

use inferroute::{
    ExplainedChange, ExplainedDraw, ExplainedEndpoint, ExplainedFailure, ExplainedMatch, ExplainedPick,
    ExplainedSaturation, ExplainedScore, ExplainedSection, Explanation,
};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explained<'e> {
    matches: Vec<MatchRow<'e>>,
    draws: &'e [ExplainedDraw],
    sections: Vec<SectionRow<'e>>,
    endpoints: Vec<EndpointRow<'e>>,
    nearest_change: Option<&'e ExplainedChange>,
    picked: &'e [ExplainedPick],
    saturation: Option<ExplainedSaturation>,
    scorers_failed: &'e [ExplainedFailure],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchRow<'e> {
    route: &'e str,
    rule: usize,
    match_index: usize,
    miss: Option<&'e str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SectionRow<'e> {
    title: &'static str,
    lines: &'e [String],
    left_out: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointRow<'e> {
    profile: &'e str,
    id: &'e str,
    address: Option<&'e str>,
    in_flight: u32,
    removed_by: Option<&'static str>,
    demand: Option<&'e str>,
    scores: &'e [ExplainedScore],
    total: Option<f64>,
}

impl<'e> Explained<'e> {
    pub(crate) fn of(explanation: &'e Explanation) -> Self {
        let tried = |tried: &'e ExplainedMatch| MatchRow {
            route: &tried.route,
            rule: tried.rule,
            match_index: tried.match_index,
            miss: tried.miss.as_deref(),
        };
        let section = |section: &'e ExplainedSection| SectionRow {
            title: section.title,
            lines: &section.lines,
            left_out: section.left_out,
        };
        let row = |endpoint: &'e ExplainedEndpoint| EndpointRow {
            profile: &endpoint.profile,
            id: &endpoint.id,
            address: endpoint.address.as_deref(),
            in_flight: endpoint.in_flight,
            removed_by: endpoint.removed_by,
            demand: endpoint.demand.as_deref(),
            scores: &endpoint.scores,
            total: endpoint.total,
        };
        Self {
            matches: explanation.matches().iter().map(tried).collect(),
            draws: explanation.draws(),
            sections: explanation.sections().iter().map(section).collect(),
            endpoints: explanation.endpoints().iter().map(row).collect(),
            nearest_change: explanation.nearest_change(),
            picked: explanation.picked(),
            saturation: explanation.saturation(),
            scorers_failed: explanation.failures(),
        }
    }
}

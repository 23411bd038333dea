//! Scorers and filters that look at predicted latencies.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};
use crate::plan::{Filter, HeadroomChoice, LatencyScorer, Scorer, SloHeadroomTier};

const LATENCY: Effect = Effect::NotDone("endpoints are not compared by predicted latency");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("latency-scorer", &[Interface::Scorer], Effect::Decides, Build::Reads(scorer)),
    PluginType::new(
        "predicted-latency-scorer",
        &[Interface::Scorer, Interface::Producer],
        LATENCY,
        Build::Shape(&[
            ("samplingMean", Shape::Number),
            ("maxSampledTokens", Shape::Int),
            ("sloBufferFactor", Shape::Number),
            ("negHeadroomTTFTWeight", Shape::Number),
            ("negHeadroomTPOTWeight", Shape::Number),
            ("headroomTTFTWeight", Shape::Number),
            ("headroomTPOTWeight", Shape::Number),
            ("headroomSelectionStrategy", Shape::Text),
            ("compositeKVWeight", Shape::Number),
            ("compositeQueueWeight", Shape::Number),
            ("compositePrefixWeight", Shape::Number),
            ("epsilonExploreSticky", Shape::Number),
            ("epsilonExploreNeg", Shape::Number),
            ("affinityGateTau", Shape::Number),
            ("affinityGateTauGlobal", Shape::Number),
            ("affinityMaxTTFTPenaltyMs", Shape::Number),
            ("selectionMode", Shape::Text),
            ("streamingMode", Shape::Flag),
            ("endpointRoleLabel", Shape::Text),
            ("contextTTL", Shape::Int),
        ]),
    )
    .deprecated("latency-scorer"),
    PluginType::new("slo-headroom-tier-filter", &[Interface::Filter], Effect::Decides, Build::Reads(tier)),
];

/// Without a model of the host, which code gives, endpoints are rated by their load and prefix caches, as upstream does without predictions.
fn scorer(parameters: &Section<'_>) -> Parts {
    let weight = |field, default| parameters.number(field).unwrap_or(default);
    let choice = match parameters.text("headroomSelectionStrategy") {
        Some("most") => HeadroomChoice::Most,
        _ => HeadroomChoice::Least,
    };
    for field in ["latencyPredictionInfoProducerName", "prefixMatchInfoProducerName"] {
        _ = parameters.text(field);
    }
    Scorer::Latency(LatencyScorer {
        ttft_weight: weight("ttftWeight", 0.8),
        tpot_weight: weight("tpotWeight", 0.2),
        choice,
        kv_weight: weight("compositeKVWeight", 1.0),
        queue_weight: weight("compositeQueueWeight", 1.0),
        prefix_weight: weight("compositePrefixWeight", 1.0),
        ..LatencyScorer::default()
    })
    .into()
}

fn tier(parameters: &Section<'_>) -> Parts {
    let epsilon = parameters.number("epsilonExploreNeg").unwrap_or(0.01);
    let help = "write 0 to 1";
    parameters.require((0.0..=1.0).contains(&epsilon), "epsilonExploreNeg", "a probability is 0 to 1", help);
    _ = parameters.text("latencyPredictionInfoProducerName");
    Filter::SloHeadroomTier(SloHeadroomTier { exploration: epsilon, ..SloHeadroomTier::default() }).into()
}

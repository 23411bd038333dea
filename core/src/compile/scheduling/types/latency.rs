//! Scorers and filters that look at predicted latencies.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};

const LATENCY: Effect = Effect::NotDone("endpoints are not compared by predicted latency");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new(
        "latency-scorer",
        &[Interface::Scorer],
        LATENCY,
        Build::Shape(&[
            ("ttftWeight", Shape::Number),
            ("tpotWeight", Shape::Number),
            ("headroomSelectionStrategy", Shape::Text),
            ("compositeKVWeight", Shape::Number),
            ("compositeQueueWeight", Shape::Number),
            ("compositePrefixWeight", Shape::Number),
            ("latencyPredictionInfoProducerName", Shape::Text),
            ("prefixMatchInfoProducerName", Shape::Text),
        ]),
    ),
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
    PluginType::new("slo-headroom-tier-filter", &[Interface::Filter], LATENCY, Build::Reads(tier)),
];

fn tier(parameters: &Section<'_>) -> Parts {
    let epsilon = parameters.number("epsilonExploreNeg").unwrap_or(0.01);
    let help = "write 0 to 1";
    parameters.require((0.0..=1.0).contains(&epsilon), "epsilonExploreNeg", "a probability is 0 to 1", help);
    _ = parameters.text("latencyPredictionInfoProducerName");
    Parts::default()
}

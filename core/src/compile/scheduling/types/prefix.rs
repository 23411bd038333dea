//! Scorers and filters that look at what endpoints hold in their prefix caches.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use super::prefix_index;
use super::scorer::CLUSTERS;
use crate::manifest::{Code, Section, Shape};
use crate::plan::{ExpectedTtft, Filter, PrefixCacheAffinity, Scorer};

const SCORER: &[Interface] = &[Interface::Scorer];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("prefix-cache-scorer", SCORER, Effect::Decides, Build::Reads(prefix_cache)),
    PluginType::new("multicluster-prefix-cache-scorer", SCORER, CLUSTERS, Build::Reads(prefix_cache)),
    PluginType::new(
        "precise-prefix-cache-scorer",
        &[Interface::Scorer, Interface::Producer, Interface::Extractor],
        Effect::Decides,
        Build::Reads(precise),
    )
    .deprecated("prefix-cache-scorer with precise-prefix-cache-producer"),
    PluginType::new("no-hit-lru-scorer", SCORER, Effect::Decides, Build::Reads(no_hit_lru)),
    PluginType::new(
        "prefix-cache-affinity-filter",
        &[Interface::Filter],
        Effect::Decides,
        Build::Reads(affinity),
    ),
    PluginType::new(
        "mm-embeddings-cache-scorer",
        SCORER,
        Effect::NotDone("endpoints are not rated by their caches of embeddings"),
        Build::Shape(&[("producerName", Shape::Text)]),
    ),
];

/// Fields of releases whose scorer held the index itself.
const OF_PRODUCER: &[&str] = &[
    "autoTune",
    "blockSize",
    "blockSizeTokens",
    "hashBlockSize",
    "maxPrefixBlocksToMatch",
    "lruCapacityPerServer",
];

fn prefix_cache(parameters: &Section<'_>) -> Parts {
    _ = parameters.text("prefixMatchInfoProducerName");
    let weight = parameters.number("matchLengthWeight").unwrap_or_default();
    let scale = parameters.int("matchLengthScaleTokens").unwrap_or(8_192);
    parameters.require(
        (0.0..=1.0).contains(&weight),
        "matchLengthWeight",
        "a weight of lengths is 0 to 1",
        "write 0 to 1",
    );
    let help = "write 1 or more, or leave the field out";
    let has_scale = weight <= 0.0 || scale > 0;
    parameters.require(has_scale, "matchLengthScaleTokens", "a weight of lengths needs a scale", help);
    let mut parts = Parts::from(scorer(weight, scale));
    for field in OF_PRODUCER.iter().filter(|field| parameters.get(field).is_some()) {
        let message = format!("`{field}` of this scorer is deprecated");
        let help = "write it as a parameter of approx-prefix-cache-producer";
        parameters.say(Code::Deprecated, field, message, help);
        parts.prefix = Some(prefix_index::remembered(parameters));
    }
    parts
}

fn scorer(weight: f64, scale: i64) -> Scorer {
    let scale = u32::try_from(scale.max(1)).unwrap_or(u32::MAX);
    Scorer::PrefixCache { match_length_weight: weight, match_length_scale_tokens: f64::from(scale) }
}

/// The scorer that held the precise index itself.
fn precise(parameters: &Section<'_>) -> Parts {
    let prefix = prefix_index::precise(parameters).prefix;
    Parts { prefix, ..Parts::from(scorer(0.0, 8_192)) }
}

fn no_hit_lru(parameters: &Section<'_>) -> Parts {
    // 0 and less mean the default, as they do upstream.
    let remembered = parameters.int("lruSize").filter(|size| *size > 0).unwrap_or(1024);
    _ = parameters.text("prefixMatchInfoProducerName");
    for field in ["prefixPluginType", "prefixPluginName"] {
        if parameters.text(field).is_some() {
            let message = format!("`{field}` is deprecated");
            parameters.say(Code::Deprecated, field, message, "write prefixMatchInfoProducerName");
        }
    }
    Scorer::NoHitLru { remembered: u32::try_from(remembered).unwrap_or(u32::MAX) }.into()
}

fn affinity(parameters: &Section<'_>) -> Parts {
    let threshold = parameters.number("affinityThreshold").unwrap_or(0.8);
    parameters.require(
        threshold <= 1.0,
        "affinityThreshold",
        "a share is at most 1",
        "write a share, for example 0.8",
    );
    let exploration = parameters.number("explorationProbability").unwrap_or_default();
    let message = "a probability is 0 to 1";
    parameters.require((0.0..=1.0).contains(&exploration), "explorationProbability", message, "write 0 to 1");
    let penalty = parameters.number("maxTTFTPenaltyMs").unwrap_or(18_000.0);
    parameters.require(penalty >= 0.0, "maxTTFTPenaltyMs", "a time is not negative", "write milliseconds");
    let throughput = parameters.number("peakPrefillThroughput").unwrap_or(15_928.0);
    let source = parameters.text("ttftSource").unwrap_or("prefillThroughput");
    let help = "write prefillThroughput or latencyPredictor";
    let is_source = matches!(source, "prefillThroughput" | "latencyPredictor");
    parameters.require(is_source, "ttftSource", "this is no source of times", help);
    let needs_throughput = source == "prefillThroughput" && penalty > 0.0;
    let is_enough = throughput > 0.0 || (throughput >= 0.0 && !needs_throughput);
    parameters.require(
        is_enough,
        "peakPrefillThroughput",
        "a throughput is above 0",
        "write tokens a second",
    );
    for field in
        ["prefixMatchInfoProducerName", "latencyPredictionInfoProducerName", "inFlightLoadProducerName"]
    {
        _ = parameters.text(field);
    }
    if source == "latencyPredictor" {
        let message = "no process is asked for predictions: times are estimated from peakPrefillThroughput";
        parameters.say(Code::NotDone, "ttftSource", message, "write prefillThroughput");
    }
    Filter::PrefixCacheAffinity(PrefixCacheAffinity {
        threshold,
        exploration,
        max_ttft_penalty: penalty,
        ttft: ExpectedTtft::PrefillThroughput(throughput),
    })
    .into()
}

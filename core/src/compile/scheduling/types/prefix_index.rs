//! Producers of what is known of prefix caches: how prompts are hashed, and how much is remembered of them.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use super::producer::natural;
use super::scorer::CLUSTERS;
use crate::manifest::{Code, Section, Shape};
use crate::plan::PrefixPlan;
use crate::prefix::{ApproximateOptions, HashOptions, PreciseOptions, TierWeights};

const PRODUCER: &[Interface] = &[Interface::Producer];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("approx-prefix-cache-producer", PRODUCER, Effect::Decides, Build::Reads(approximate)),
    PluginType::new(
        "multicluster-approx-prefix-cache-producer",
        PRODUCER,
        CLUSTERS,
        Build::Reads(approximate),
    ),
    PluginType::new(
        "precise-prefix-cache-producer",
        &[Interface::Producer, Interface::Extractor],
        Effect::Host("the host tells the KV events of the engines; what was sent counts until then"),
        Build::Reads(precise),
    ),
    PluginType::new(
        "burst-prefix-cache-producer",
        PRODUCER,
        Effect::NotDone("requests are not held back; route_many places those that are there together"),
        Build::Reads(burst),
    ),
    PluginType::new(
        "p2p-source-producer",
        PRODUCER,
        Effect::NotDone("no endpoint is named to fetch a cache from"),
        Build::Reads(peer),
    ),
];

/// Parameters of the precise index.
pub(super) const PRECISE: &[(&str, Shape)] = &[
    ("tokenProcessorConfig", Shape::Section(TOKEN_PROCESSOR)),
    (
        "indexerConfig",
        Shape::Section(&[
            ("tokenProcessorConfig", Shape::Section(TOKEN_PROCESSOR)),
            (
                "kvBlockIndexConfig",
                Shape::Section(&[
                    ("inMemoryConfig", Shape::Section(&[("size", Shape::Int), ("podCacheSize", Shape::Int)])),
                    ("redisConfig", Shape::Section(&[("address", Shape::Text)])),
                    ("costAwareMemoryConfig", Shape::Section(&[("size", Shape::Text)])),
                    ("enableMetrics", Shape::Flag),
                    ("metricsLoggingInterval", Shape::Int),
                    ("maxPrefixBlocksToMatch", Shape::Int),
                ]),
            ),
            (
                "kvBlockScorerConfig",
                Shape::Section(&[
                    ("scoringStrategy", Shape::Text),
                    ("backendConfigs", Shape::Sections(BACKEND)),
                ]),
            ),
            ("kvCacheBackendConfigs", Shape::Sections(BACKEND)),
        ]),
    ),
    (
        "kvEventsConfig",
        Shape::Section(&[
            ("zmqEndpoint", Shape::Text),
            ("topicFilter", Shape::Text),
            ("concurrency", Shape::Int),
            ("engineType", Shape::Text),
            ("discoverPods", Shape::Flag),
            (
                "podDiscoveryConfig",
                Shape::Section(&[
                    ("podLabelSelector", Shape::Text),
                    ("podNamespace", Shape::Text),
                    ("socketPort", Shape::Int),
                    ("replaySocketPort", Shape::Int),
                ]),
            ),
        ]),
    ),
    ("speculativeIndexing", Shape::Flag),
    ("speculativeTTL", Shape::Span),
];

const TOKEN_PROCESSOR: &[(&str, Shape)] = &[
    ("blockSize", Shape::Int),
    ("blockSizeTokens", Shape::Int),
    ("hashSeed", Shape::Text),
    ("hashAlgorithm", Shape::Text),
];

const BACKEND: &[(&str, Shape)] = &[("name", Shape::Text), ("weight", Shape::Number)];

/// Upstream makes no smaller blocks, whatever is written.
const SMALLEST: i64 = 64;

/// The most blocks that are hashed here.
const MOST: i64 = 65_536;

fn approximate(parameters: &Section<'_>) -> Parts {
    let tunes_itself = parameters.flag("autoTune").unwrap_or(true);
    let has_block = tunes_itself || parameters.int("blockSizeTokens").unwrap_or(SMALLEST) > 0;
    parameters.require(
        has_block,
        "blockSizeTokens",
        "without autoTune a block has tokens",
        "write 1 or more",
    );
    if parameters.int("blockSize").is_some_and(|size| size > 0) {
        let message = "`blockSize` is deprecated";
        parameters.say(Code::Deprecated, "blockSize", message, "write blockSizeTokens");
    }
    _ = natural(parameters, "maxPrefixTokensToMatch");
    Parts { prefix: Some(remembered(parameters)), ..Parts::default() }
}

/// How prompts are hashed and remembered: what is not written is upstream's default, and what goes beyond the limits here is the limit.
pub(super) fn remembered(parameters: &Section<'_>) -> PrefixPlan {
    let block = ["blockSizeTokens", "blockSize"].into_iter().find_map(|field| parameters.int(field));
    let block = block.unwrap_or(SMALLEST).clamp(SMALLEST, 4_096);
    // Tokens go before blocks; 0 of one leaves it to the other, 0 of both means no limit.
    let most = match (parameters.int("maxPrefixTokensToMatch"), parameters.int("maxPrefixBlocksToMatch")) {
        (None, None) => 131_072 / block,
        (None | Some(0), Some(0)) => MOST,
        (None | Some(0), Some(blocks)) => blocks,
        (Some(0), None) => 2_048,
        (Some(tokens), _) => tokens / block,
    };
    let capacity = parameters.int("lruCapacityPerServer").filter(|capacity| *capacity > 0);
    PrefixPlan {
        hashing: HashOptions::default().block_tokens(number(block)).max_blocks(number(most.clamp(1, MOST))),
        index: ApproximateOptions::default().capacity(number(capacity.unwrap_or(31_250))),
        events: None,
    }
}

fn number(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The precise index: its size of blocks and its weights of tiers count. Hashes are made here, so the seed says nothing; the host subscribes to the engines and tells their events.
pub(super) fn precise(parameters: &Section<'_>) -> Parts {
    parameters.conform(PRECISE);
    let indexer = parameters.section("indexerConfig");
    let processors = [parameters.section("tokenProcessorConfig"), indexer.section("tokenProcessorConfig")];
    let block =
        processors.iter().find_map(|each| each.int("blockSizeTokens").or_else(|| each.int("blockSize")));
    let hashing = HashOptions::default().block_tokens(number(block.unwrap_or(16).clamp(1, 4_096)));
    let tiers = indexer.sections("kvCacheBackendConfigs");
    let weight = |names: &[&str], default: f64| {
        let tier = tiers.iter().find(|tier| tier.text("name").is_some_and(|name| names.contains(&name)));
        tier.and_then(|tier| tier.number("weight")).unwrap_or(default)
    };
    let weights = [weight(&["gpu", "GPU"], 1.0), weight(&["cpu", "CPU"], 0.8), 0.5, 0.3];
    let weights = TierWeights::try_new(weights);
    let message = "a weight of a tier is 0 to 1";
    indexer.require(weights.is_ok(), "kvCacheBackendConfigs", message, "write 0 to 1");
    let events = Some(PreciseOptions::default().weights(weights.unwrap_or_default()));
    let engine = parameters.section("kvEventsConfig").text("engineType").unwrap_or_default();
    let is_known = matches!(engine, "" | "vllm" | "sglang");
    let help = "write vllm or sglang";
    parameters.require(is_known, "kvEventsConfig.engineType", "this is not an engine", help);
    if indexer.section("tokenizersPoolConfig").is_there() {
        let message = "tokenizers are no part of the index";
        parameters.refuse("indexerConfig.tokenizersPoolConfig", message, "define a token-producer instead");
    }
    Parts {
        prefix: Some(PrefixPlan { hashing, index: ApproximateOptions::default(), events }),
        ..Parts::default()
    }
}

fn burst(parameters: &Section<'_>) -> Parts {
    let window = parameters.int("windowDurationMs").unwrap_or(100);
    let help = "write 1 to 10000 milliseconds";
    parameters.require(
        (1..=10_000).contains(&window),
        "windowDurationMs",
        "this window is too short or too long",
        help,
    );
    let block = parameters.int("blockSizeTokens").unwrap_or(64);
    parameters.require(block > 0, "blockSizeTokens", "a block has tokens", "write 1 or more");
    let most = natural(parameters, "maxPrefixTokensToMatch").unwrap_or_default();
    let is_enough = most <= 0 || most >= block;
    parameters.require(
        is_enough,
        "maxPrefixTokensToMatch",
        "this is less than one block",
        "write 0 or at least blockSizeTokens",
    );
    _ = natural(parameters, "minColocateBlocks");
    for field in ["maxPerReplica", "maxBatchSize"] {
        let number = parameters.int(field).unwrap_or(-1);
        parameters.require(
            number == -1 || number >= 1,
            field,
            "this is 1 or more, or -1 for no limit",
            "write -1 or a number",
        );
    }
    let balance = parameters.text("balanceBy").unwrap_or_default();
    let is_known = matches!(balance, "" | "requests" | "tokens");
    parameters.require(is_known, "balanceBy", "this is nothing to balance by", "write requests or tokens");
    Parts::default()
}

fn peer(parameters: &Section<'_>) -> Parts {
    for field in ["prefixMatchInfoProducerName", "prefillProfileName"] {
        _ = parameters.text(field);
    }
    let delta = parameters.int("minCachedTokenDelta").unwrap_or(1);
    parameters.require(delta >= 1, "minCachedTokenDelta", "a difference is at least 1", "write 1 or more");
    Parts::default()
}

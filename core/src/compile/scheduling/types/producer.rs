//! Data producers: facts about a request and the endpoints that scorers look at.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Code, Section, Shape};

const PRODUCER: &[Interface] = &[Interface::Producer];
const PREFIX: Effect = Effect::NotDone("no index of prefixes is kept");
const OWN: Effect =
    Effect::Host("the router counts what it sends; tickets and events tell it what has ended");
const TOKENS: Effect = Effect::Host("the host tells how many tokens a prompt has");
const PREDICTIONS: Effect = Effect::Host("predictions come from the host; no process is asked");

/// Parameters of the precise index, with the events and the index that the host runs.
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

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("approx-prefix-cache-producer", PRODUCER, PREFIX, Build::Reads(approximate)),
    PluginType::new("multicluster-approx-prefix-cache-producer", PRODUCER, PREFIX, Build::Reads(approximate)),
    PluginType::new(
        "precise-prefix-cache-producer",
        &[Interface::Producer, Interface::Extractor],
        PREFIX,
        Build::Shape(PRECISE),
    ),
    PluginType::new("burst-prefix-cache-producer", PRODUCER, PREFIX, Build::Reads(burst)),
    PluginType::new("p2p-source-producer", PRODUCER, PREFIX, Build::Reads(peer)),
    PluginType::new("inflight-load-producer", PRODUCER, OWN, Build::Reads(in_flight)),
    PluginType::new(
        "session-id-producer",
        PRODUCER,
        Effect::Host("scorers of sessions read headers themselves"),
        Build::Reads(session_id),
    ),
    PluginType::new("token-producer", PRODUCER, TOKENS, Build::Reads(tokens)),
    PluginType::new("tokenizer", PRODUCER, TOKENS, Build::Reads(tokens)).deprecated("token-producer"),
    PluginType::new(
        "mm-embeddings-cache-producer",
        PRODUCER,
        Effect::NotDone("no cache of embeddings is modelled"),
        Build::Shape(&[("cacheSizeInMBPerServer", Shape::Int)]),
    ),
    PluginType::new("predicted-latency-producer", PRODUCER, PREDICTIONS, Build::Reads(predictions)),
];

/// Refuses a negative number.
fn natural(parameters: &Section<'_>, field: &'static str) -> Option<i64> {
    let number = parameters.int(field);
    parameters.require(
        number.is_none_or(|number| number >= 0),
        field,
        "this is not negative",
        "write 0 or more",
    );
    number
}

fn approximate(parameters: &Section<'_>) -> Parts {
    let tunes_itself = parameters.flag("autoTune").unwrap_or(true);
    let block = parameters.int("blockSizeTokens").unwrap_or(16);
    let has_block = tunes_itself || block > 0;
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
    _ = (parameters.int("maxPrefixBlocksToMatch"), parameters.int("lruCapacityPerServer"));
    Parts::default()
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

fn in_flight(parameters: &Section<'_>) -> Parts {
    for field in ["addEstimatedOutputTokens", "syncCrossReplicaState"] {
        _ = parameters.flag(field);
    }
    let ratio = parameters.number("outputRatio").unwrap_or(1.5);
    parameters.require(ratio >= 0.0, "outputRatio", "a ratio is not negative", "write 0 or more");
    _ = natural(parameters, "maxEstimatedOutputTokens");
    _ = parameters.text("prefixMatchInfoProducerName");
    Parts::default()
}

fn session_id(parameters: &Section<'_>) -> Parts {
    let name = |field| parameters.text(field).is_some_and(|name| !name.trim().is_empty());
    let is_one = name("headerName") != name("cookieName");
    parameters.require(is_one, "", "one of headerName and cookieName is needed", "write one of the two");
    Parts::default()
}

fn predictions(parameters: &Section<'_>) -> Parts {
    const FIELDS: &[(&str, Shape)] = &[
        ("samplingMean", Shape::Number),
        ("maxDecodeTokenSamplesForPrediction", Shape::Int),
        ("sloBufferFactor", Shape::Number),
        ("contextTTL", Shape::Int),
        ("streamingMode", Shape::Flag),
        ("endpointRoleLabel", Shape::Text),
        ("predictInProduce", Shape::Flag),
        ("prefixMatchInfoProducerName", Shape::Text),
        ("inFlightLoadProducerName", Shape::Text),
        ("useEncoderCacheFeatures", Shape::Flag),
        ("encoderCacheMatchInfoProducerName", Shape::Text),
    ];
    parameters.conform(FIELDS);
    let buffer = parameters.number("sloBufferFactor").unwrap_or(1.0);
    parameters.require(buffer > 0.0, "sloBufferFactor", "a factor is above 0", "write a number above 0");
    Parts::default()
}

const SIZE: Shape = Shape::Section(&[("width", Shape::Int), ("height", Shape::Int)]);

const IMAGE: &[(&str, Shape)] = &[
    ("mode", Shape::Text),
    ("defaultResolution", SIZE),
    ("static", Shape::Section(&[("staticToken", Shape::Int)])),
    ("dynamic", Shape::Section(&[("factor", Shape::Int)])),
];

const VIDEO: &[(&str, Shape)] = &[
    ("defaultResolution", SIZE),
    ("defaultDuration", Shape::Number),
    (
        "tokensPerFrame",
        Shape::Section(&[
            ("mode", Shape::Text),
            ("static", Shape::Section(&[("numTokensPerFrame", Shape::Int)])),
            ("dynamic", Shape::Section(&[("factor", Shape::Int)])),
        ]),
    ),
    (
        "frames",
        Shape::Section(&[
            ("mode", Shape::Text),
            ("minFrames", Shape::Int),
            ("maxFrames", Shape::Int),
            ("sampled", Shape::Section(&[("sampleFPS", Shape::Number), ("temporalPatchSize", Shape::Int)])),
            ("strided", Shape::Section(&[("defaultSourceFPS", Shape::Number), ("frameStride", Shape::Int)])),
        ]),
    ),
    ("maxVideoTokens", Shape::Int),
];

fn tokens(parameters: &Section<'_>) -> Parts {
    let model = parameters.name("modelName");
    let (vllm, uds) = (parameters.section("vllm"), parameters.section("udsTokenizerConfig"));
    vllm.conform(&[("url", Shape::Text), ("timeout", Shape::Text), ("mmTimeout", Shape::Text)]);
    uds.conform(&[("socketFile", Shape::Text), ("useTCP", Shape::Flag), ("modelTokenizerMap", Shape::Pairs)]);
    let estimate = parameters.section("estimate");
    let (image, video) = (estimate.section("image"), estimate.section("video"));
    image.conform(IMAGE);
    video.conform(VIDEO);
    mode(&image, &["dynamic", "static"]);
    mode(&video.section("tokensPerFrame"), &["dynamic", "static"]);
    mode(&video.section("frames"), &["sampled", "strided"]);
    estimate.close();
    let by_uds = uds.name("socketFile").is_some();
    let by_vllm = vllm.is_there() || model.is_some();
    let kinds = usize::from(estimate.is_there()) + usize::from(by_vllm || by_uds);
    let is_one = kinds <= 1 && !(vllm.is_there() && by_uds);
    parameters.require(
        is_one,
        "",
        "only one of estimate, vllm and udsTokenizerConfig may be set",
        "keep one of them",
    );
    if (by_vllm || by_uds) && model.is_none() {
        parameters.lacks("modelName", "write the model whose tokenizer is meant");
    }
    Parts::default()
}

fn mode(section: &Section<'_>, modes: &[&str]) {
    let mode = section.text("mode").unwrap_or_default();
    let help = format!("write {}", modes.join(" or "));
    section.require(mode.is_empty() || modes.contains(&mode), "mode", "this is not a mode", &help);
}

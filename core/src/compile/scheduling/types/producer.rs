//! Data producers: facts about a request and the endpoints that scorers look at.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};

const PRODUCER: &[Interface] = &[Interface::Producer];
const OWN: Effect =
    Effect::Host("the router counts what it sends; tickets and events tell it what has ended");
const PREDICTIONS: Effect = Effect::NotDone("no process is asked for predictions");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("inflight-load-producer", PRODUCER, OWN, Build::Reads(in_flight)),
    PluginType::new(
        "session-id-producer",
        PRODUCER,
        Effect::Host("the host tells sessions apart"),
        Build::Reads(session_id),
    ),
    PluginType::new(
        "mm-embeddings-cache-producer",
        PRODUCER,
        Effect::NotDone("no cache of embeddings is modelled"),
        Build::Shape(&[("cacheSizeInMBPerServer", Shape::Int)]),
    ),
    PluginType::new("predicted-latency-producer", PRODUCER, PREDICTIONS, Build::Reads(predictions)),
];

/// Refuses a negative number.
pub(super) fn natural(parameters: &Section<'_>, field: &'static str) -> Option<i64> {
    let number = parameters.int(field);
    parameters.require(
        number.is_none_or(|number| number >= 0),
        field,
        "this is not negative",
        "write 0 or more",
    );
    number
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

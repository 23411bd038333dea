//! Settings of a case under one set of names: those of code, where a configuration has others.

use serde_json::{Map, Value};

const NAMES: [(&str, &str); 32] = [
    ("idleThreshold", "idle_threshold"),
    ("maxBusyScore", "max_busy_score"),
    ("queueThresholdTokens", "queue_threshold"),
    ("matchLengthWeight", "match_length_weight"),
    ("matchLengthScaleTokens", "match_length_scale_tokens"),
    ("headerName", "header"),
    ("labelKey", "label"),
    ("attributeKey", "attribute"),
    ("headroomSelectionStrategy", "choice"),
    ("ttftWeight", "ttft_weight"),
    ("tpotWeight", "tpot_weight"),
    ("compositeKVWeight", "kv_weight"),
    ("compositeQueueWeight", "queue_weight"),
    ("compositePrefixWeight", "prefix_weight"),
    ("epsilonExploreNeg", "exploration"),
    ("explorationProbability", "exploration"),
    ("affinityThreshold", "threshold"),
    ("maxTTFTPenaltyMs", "max_ttft_penalty"),
    ("peakPrefillThroughput", "throughput"),
    ("queueDepthThreshold", "queue_depth"),
    ("kvCacheUtilThreshold", "kv_cache"),
    ("maxConcurrency", "requests"),
    ("maxTokenConcurrency", "tokens"),
    ("concurrencyMode", "mode"),
    ("fallbackOnEmpty", "fallback_on_empty"),
    ("validValues", "values"),
    ("allowsNoLabel", "allow_missing"),
    ("lruSize", "remembered"),
    ("answerSteps", "answer_steps"),
    ("residenceSteps", "residence_steps"),
    ("kvSeconds", "kv_seconds"),
    ("pacePrior", "pace_prior"),
];

/// The settings of the case's plugin.
pub(crate) fn of(case: &Value) -> Value {
    let given = case.get("code").unwrap_or(&case["parameters"]);
    let mut settings = Map::new();
    settings.insert("is_code".into(), case.get("code").is_some().into());
    for (name, value) in given.as_object().into_iter().flatten() {
        let known = NAMES.iter().find(|(theirs, _)| theirs == name);
        settings.insert(known.map_or(name.clone(), |(_, ours)| (*ours).to_owned()), value.clone());
    }
    Value::Object(settings)
}

/// A number among settings; the text `NaN` is none.
pub(crate) fn number(settings: &Value, name: &str, default: f64) -> f64 {
    match &settings[name] {
        Value::Null => default,
        Value::String(text) => text.parse().unwrap(),
        number => number.as_f64().unwrap(),
    }
}

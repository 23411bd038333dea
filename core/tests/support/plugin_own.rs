//! Scorers and filters with settings of code, for what no configuration says.

use inferroute::{
    CircuitBreaker, ConcurrencyDetector, ConcurrencyMode, ExpectedTtft, Filter, HashKey, HeadroomChoice,
    LatencyScorer, LinearLatency, LinearTerms, LoraFormula, Nanos, Normalization, OutlierEjection,
    PredictedCompletion, PrefixCacheAffinity, Scorer, SharedModel, SloHeadroomTier, StepCost,
    UtilizationDetector,
};
use serde_json::Value;

use super::MILLISECOND;

/// A number of a case; the text `NaN` stands for what is none.
fn number(code: &Value, field: &str, default: f64) -> f64 {
    match &code[field] {
        Value::Null => default,
        Value::String(text) => text.parse().unwrap(),
        number => number.as_f64().unwrap(),
    }
}

fn whole(code: &Value, field: &str, default: u64) -> u64 {
    code.get(field).map_or(default, |value| value.as_u64().unwrap())
}

fn model(code: &Value) -> Option<SharedModel> {
    let model = code.get("model")?;
    let terms = |terms: &Value| LinearTerms {
        constant: number(terms, "constant", 0.0),
        waiting: number(terms, "waiting", 0.0),
        running: number(terms, "running", 0.0),
        kv_usage: number(terms, "kv_usage", 0.0),
        uncached_token: number(terms, "uncached_token", 0.0),
        waiting_token: number(terms, "waiting_token", 0.0),
    };
    Some(SharedModel::new(LinearLatency { ttft: terms(&model["ttft"]), tpot: terms(&model["tpot"]) }))
}

fn completion(code: &Value) -> PredictedCompletion {
    let (default, steps) = (PredictedCompletion::default(), &code["step"]);
    let step = default.step;
    PredictedCompletion {
        step: StepCost {
            step: number(steps, "step", step.step),
            token: number(steps, "token", step.token),
            pair: number(steps, "pair", step.pair),
            answer: number(steps, "answer", step.answer),
            context: number(steps, "context", step.context),
            chunk: number(steps, "chunk", step.chunk),
            running: number(steps, "running", step.running),
            kv_tokens: number(steps, "kv_tokens", step.kv_tokens),
        },
        congestion: number(code, "congestion", default.congestion),
        crowding: number(code, "crowding", default.crowding),
        returning: number(code, "returning", default.returning),
        eviction: number(code, "eviction", default.eviction),
        interrupting: number(code, "interrupting", default.interrupting),
        sharing: number(code, "sharing", default.sharing),
        answer_steps: number(code, "answer_steps", default.answer_steps),
        residence_steps: number(code, "residence_steps", default.residence_steps),
        kv_seconds: number(code, "kv_seconds", default.kv_seconds),
        others: number(code, "others", default.others),
        pace_prior: number(code, "pace_prior", default.pace_prior),
    }
}

pub(crate) fn scorer(name: &str, code: &Value) -> Scorer {
    let key = || code.get("header").map_or(HashKey::Model, |h| HashKey::Header(h.as_str().unwrap().into()));
    match name {
        "predicted-completion-scorer" => Scorer::PredictedCompletion(completion(code)),
        "no-hit-lru-scorer" => {
            Scorer::NoHitLru { remembered: u32::try_from(whole(code, "remembered", 1024)).unwrap() }
        }
        "least-request-scorer" => Scorer::LeastRequest,
        "active-request-scorer" => Scorer::ActiveRequest {
            idle_threshold: u32::try_from(whole(code, "idle_threshold", 0)).unwrap(),
            max_busy_score: number(code, "max_busy_score", 1.0),
        },
        "token-load-scorer" => {
            Scorer::TokenLoad { queue_threshold: number(code, "queue_threshold", 4_194_304.0) }
        }
        "load-aware-scorer" => Scorer::LoadAware { threshold: number(code, "threshold", 128.0) },
        "prefix-cache-scorer" => Scorer::PrefixCache {
            match_length_weight: number(code, "match_length_weight", 0.0),
            match_length_scale_tokens: number(code, "match_length_scale_tokens", 8192.0),
        },
        "lora-affinity-scorer" => Scorer::LoraAffinity(LoraFormula::EachOnce),
        "peak-ewma-scorer" => {
            Scorer::PeakEwma { default_ttft: Nanos::new(whole(code, "default_ttft_ms", 1000) * MILLISECOND) }
        }
        "rendezvous-scorer" => Scorer::Rendezvous(key()),
        "bounded-load-scorer" => Scorer::BoundedLoad { key: key(), balance: number(code, "balance", 1.25) },
        "latency-scorer" => Scorer::Latency(LatencyScorer {
            model: model(code),
            choice: if code["choice"] == "most" { HeadroomChoice::Most } else { HeadroomChoice::Least },
            ..LatencyScorer::default()
        }),
        "endpoint-attribute-scorer" => {
            let range = &code["algorithm"]["normalization"]["fixedRange"];
            Scorer::EndpointAttribute {
                attribute: code["attributeKey"].as_str().unwrap().into(),
                less_is_better: code["algorithm"]["type"] == "linear_lower_is_better",
                normalization: Normalization::Fixed {
                    min: number(range, "min", 0.0),
                    max: number(range, "max", 0.0),
                },
            }
        }
        _ => panic!("{name} is built by configuration"),
    }
}

pub(crate) fn filter(name: &str, code: &Value) -> Filter {
    match name {
        "slo-headroom-tier-filter" => Filter::SloHeadroomTier(SloHeadroomTier {
            model: model(code),
            exploration: number(code, "exploration", 0.01),
            ..SloHeadroomTier::default()
        }),
        "prefix-cache-affinity-filter" => Filter::PrefixCacheAffinity(PrefixCacheAffinity {
            threshold: number(code, "threshold", 0.8),
            exploration: number(code, "exploration", 0.0),
            max_ttft_penalty: number(code, "max_ttft_penalty", 18_000.0),
            ttft: ExpectedTtft::PrefillThroughput(number(code, "throughput", 15_928.0)),
        }),
        "utilization-detector" => Filter::UtilizationDetector(UtilizationDetector {
            queue_depth: u32::try_from(whole(code, "queue_depth", 5)).unwrap(),
            kv_cache: number(code, "kv_cache", 0.8),
            headroom: number(code, "headroom", 0.0),
            fallback_on_empty: code["fallback_on_empty"] != false,
            ..UtilizationDetector::default()
        }),
        "concurrency-detector" => Filter::ConcurrencyDetector(ConcurrencyDetector {
            requests: u32::try_from(whole(code, "requests", 100)).unwrap(),
            tokens: whole(code, "tokens", 1_000_000),
            mode: ConcurrencyMode::Requests,
            headroom: number(code, "headroom", 0.0),
            fallback_on_empty: code["fallback_on_empty"] == true,
        }),
        "header-based-testing-filter" => Filter::HeaderBasedTesting {
            header: "test-epp-endpoint-selection".into(),
            trusted: code["trusted"] != false,
        },
        "circuit-breaker-filter" => Filter::CircuitBreaker(CircuitBreaker {
            failures: u32::try_from(whole(code, "failures", 5)).unwrap(),
            open_for: Nanos::new(whole(code, "open_for_ms", 30_000) * MILLISECOND),
        }),
        "outlier-ejection-filter" => Filter::OutlierEjection(OutlierEjection {
            error_share: number(code, "error_share", 0.5),
            least_requests: number(code, "least_requests", 5.0),
            most_ejected: number(code, "most_ejected", 0.5),
        }),
        _ => panic!("{name} is built by configuration"),
    }
}

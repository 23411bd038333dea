//! What filters ask of endpoints, in words for explanations. Says what is configured, and decides nothing.

use super::{Comparison, Filter, LoadLimit, LoadMetric, Role, Session, TopologyLevel};
use crate::plan::ConcurrencyMode;

impl Filter {
    /// What an endpoint must be to stay, for example `waiting at most 20`. Made for explanations only: allocates.
    pub(crate) fn demand(&self) -> String {
        match self {
            Self::LabelSelector(selector) => format!("labels {selector}"),
            Self::ByLabel { label, values, allow_missing } => {
                let otherwise = if *allow_missing { ", or no such label" } else { "" };
                format!("label {label} in ({}){otherwise}", values.join(", "))
            }
            Self::Role(role) => format!("label llm-d.ai/role that takes {}", part(*role)),
            Self::Utilization { limits, .. } => limits.iter().map(at_most).collect::<Vec<_>>().join(" and "),
            Self::PrefixCacheAffinity(settings) => {
                format!("at least {} of the prompt in its prefix cache", settings.threshold)
            }
            Self::UtilizationDetector(settings) => {
                let raised = 1.0 + settings.headroom;
                let queue = f64::from(settings.queue_depth) * raised;
                format!("waiting below {queue} and KV cache usage below {}", settings.kv_cache * raised)
            }
            Self::ConcurrencyDetector(settings) => {
                let raised = |most: f64| (most * (1.0 + settings.headroom)).floor();
                let requests = raised(settings.requests.into());
                let tokens = raised(crate::real::of(settings.tokens));
                match settings.mode {
                    ConcurrencyMode::Requests => format!("in flight below {requests}"),
                    ConcurrencyMode::Tokens => format!("waiting tokens below {tokens}"),
                    ConcurrencyMode::Hybrid => {
                        format!("in flight below {requests} and waiting tokens below {tokens}")
                    }
                }
            }
            Self::SessionAffinity(Session::EncodedEndpoint { header } | Session::Id { header, .. }) => {
                format!("the endpoint of the session that header {header} names")
            }
            Self::ContextLength { label } => format!("label {label} with the prompt's length in its range"),
            Self::EndpointAttribute(settings) => {
                let sign = sign(settings.comparison);
                format!("attribute {} {sign} {}", settings.attribute, settings.value)
            }
            Self::TopologyAffinity { closest, .. } => {
                format!("the same {} as the endpoint of the other part", level(*closest))
            }
            Self::SloHeadroomTier(settings) => {
                format!("foreseen within {} and {}", settings.ttft_header, settings.tpot_header)
            }
            Self::HeaderBasedTesting { header, .. } => format!("an address that header {header} lists"),
            Self::CircuitBreaker(settings) => {
                format!("fewer than {} failures in a row", settings.failures.max(1))
            }
            Self::OutlierEjection(settings) => {
                format!("at most {} of its requests failed", settings.error_share)
            }
            Self::LowQueue { threshold } => format!("waiting at most {threshold}"),
            Self::LeastQueue => "one of the shortest queues".to_owned(),
            Self::LeastKvCache => "one of the least used KV caches".to_owned(),
            Self::LoraAffinity { .. } => "the adapter, or room for one more".to_owned(),
            Self::DecisionTree(tree) => format!("what {} and those behind it ask", tree.current.as_str()),
        }
    }
}

fn at_most(limit: &LoadLimit) -> String {
    let metric = match limit.metric {
        LoadMetric::ActiveRequests => "in flight",
        LoadMetric::RunningRequests => "running",
        LoadMetric::WaitingQueue => "waiting",
        LoadMetric::KvCacheUtilization => "KV cache usage",
    };
    format!("{metric} at most {}", limit.max)
}

const fn part(role: Role) -> &'static str {
    match role {
        Role::Decode => "decode",
        Role::Prefill => "prefill",
        Role::Encode => "encode",
    }
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Equal => "=",
        Comparison::NotEqual => "!=",
    }
}

const fn level(level: TopologyLevel) -> &'static str {
    match level {
        TopologyLevel::Host => "host",
        TopologyLevel::Rack => "rack",
        TopologyLevel::Zone => "zone",
        TopologyLevel::Region => "region",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{ConcurrencyDetector, UtilizationDetector};

    #[test]
    fn demands_name_the_settings() {
        let limits = vec![
            LoadLimit { metric: LoadMetric::WaitingQueue, max: 20.0 },
            LoadLimit { metric: LoadMetric::KvCacheUtilization, max: 0.85 },
        ];
        let concurrency = |mode| {
            let tokens = 1_000;
            let detector =
                ConcurrencyDetector { requests: 10, tokens, mode, headroom: 0.25, ..Default::default() };
            Filter::ConcurrencyDetector(detector)
        };
        let by_label = |allow_missing| Filter::ByLabel {
            label: "gpu".to_owned(),
            values: vec!["a100".to_owned(), "h100".to_owned()],
            allow_missing,
        };
        let selector = serde_json::from_str(
            r#"{"matchLabels": {"app": "vllm"}, "matchExpressions": [{"key": "spot", "operator": "DoesNotExist"},
                {"key": "zone", "operator": "NotIn", "values": ["a", "b"]}]}"#,
        );
        for (filter, demand) in [
            (
                Filter::Utilization { limits, fallback_on_empty: true },
                "waiting at most 20 and KV cache usage at most 0.85",
            ),
            (by_label(false), "label gpu in (a100, h100)"),
            (by_label(true), "label gpu in (a100, h100), or no such label"),
            (Filter::LabelSelector(selector.unwrap()), "labels app=vllm,!spot,zone notin (a,b)"),
            (
                Filter::UtilizationDetector(UtilizationDetector::default()),
                "waiting below 5 and KV cache usage below 0.8",
            ),
            (concurrency(ConcurrencyMode::Requests), "in flight below 12"),
            (concurrency(ConcurrencyMode::Hybrid), "in flight below 12 and waiting tokens below 1250"),
        ] {
            assert_eq!(filter.demand(), demand);
        }
    }
}

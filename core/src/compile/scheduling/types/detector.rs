//! Saturation detectors, which are filters too.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::Section;
use crate::plan::{ConcurrencyDetector, ConcurrencyMode, Filter, Saturation, UtilizationDetector};
use crate::units::Nanos;

const DETECTOR: &[Interface] = &[Interface::SaturationDetector, Interface::Filter];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("utilization-detector", DETECTOR, Effect::Decides, Build::Reads(utilization)),
    PluginType::new("concurrency-detector", DETECTOR, Effect::Decides, Build::Reads(concurrency)),
];

pub(in super::super) fn utilization(parameters: &Section<'_>) -> Parts {
    let queue_depth = positive(parameters, "queueDepthThreshold", 5);
    let kv_cache = parameters.number("kvCacheUtilThreshold").unwrap_or(0.8);
    let help = "write a share above 0 and at most 1";
    parameters.require(
        kv_cache > 0.0 && kv_cache <= 1.0,
        "kvCacheUtilThreshold",
        "this is not a share",
        help,
    );
    let stale_after = parameters.span("metricsStalenessThreshold").unwrap_or(200_000_000);
    let help = "write a time above 0, for example 200ms";
    parameters.require(stale_after > 0, "metricsStalenessThreshold", "nothing is as new as that", help);
    let queue_depth = u32::try_from(queue_depth).unwrap_or(u32::MAX);
    let stale_after = Nanos::new(u64::try_from(stale_after).unwrap_or_default());
    let headroom = headroom(parameters);
    let own = UtilizationDetector {
        queue_depth,
        kv_cache,
        stale_after,
        headroom,
        ..UtilizationDetector::default()
    };
    let saturation = Some(Saturation::Utilization { queue_depth, kv_cache, stale_after });
    Parts { saturation, ..Parts::from(Filter::UtilizationDetector(own)) }
}

fn concurrency(parameters: &Section<'_>) -> Parts {
    let requests = positive(parameters, "maxConcurrency", 100);
    let tokens = positive(parameters, "maxTokenConcurrency", 1_000_000);
    let mode = match parameters.text("concurrencyMode").unwrap_or("requests") {
        "requests" => Some(ConcurrencyMode::Requests),
        "tokens" => Some(ConcurrencyMode::Tokens),
        "hybrid" => Some(ConcurrencyMode::Hybrid),
        _ => None,
    };
    parameters.require(
        mode.is_some(),
        "concurrencyMode",
        "this is not a mode",
        "write requests, tokens or hybrid",
    );
    _ = parameters.text("inFlightLoadProducerName");
    let requests = u32::try_from(requests).unwrap_or(u32::MAX);
    let mode = mode.unwrap_or_default();
    let headroom = headroom(parameters);
    let own = ConcurrencyDetector { requests, tokens, mode, headroom, ..ConcurrencyDetector::default() };
    let saturation = Some(Saturation::Concurrency { requests, tokens, mode });
    Parts { saturation, ..Parts::from(Filter::ConcurrencyDetector(own)) }
}

fn positive(parameters: &Section<'_>, field: &'static str, default: u64) -> u64 {
    let Some(number) = parameters.int(field) else { return default };
    parameters.require(
        number > 0,
        field,
        "a threshold is above 0",
        "write 1 or more, or leave the field out",
    );
    u64::try_from(number).unwrap_or(default)
}

/// What a filter allows beyond the thresholds, as a share of them.
fn headroom(parameters: &Section<'_>) -> f64 {
    let headroom = parameters.number("headroom").unwrap_or_default();
    parameters.require(
        headroom >= 0.0,
        "headroom",
        "headroom is not negative",
        "write a share, for example 0.2",
    );
    headroom
}

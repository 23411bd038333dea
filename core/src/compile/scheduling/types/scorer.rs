//! Scorers of load.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Code, Section};
use crate::plan::Scorer;

const SCORER: &[Interface] = &[Interface::Scorer];
pub(super) const CLUSTERS: Effect = Effect::NotDone("endpoints are endpoints of one cluster, not clusters");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("queue-scorer", SCORER, Effect::Decides, Build::Reads(|p| plain(p, Scorer::Queue))),
    PluginType::new(
        "kv-cache-utilization-scorer",
        SCORER,
        Effect::Decides,
        Build::Reads(|p| plain(p, Scorer::KvCacheUtilization)),
    ),
    PluginType::new(
        "kv-cache-scorer",
        SCORER,
        Effect::Decides,
        Build::Reads(|p| plain(p, Scorer::KvCacheUtilization)),
    )
    .deprecated("kv-cache-utilization-scorer"),
    PluginType::new(
        "running-requests-size-scorer",
        SCORER,
        Effect::Decides,
        Build::Reads(|p| plain(p, Scorer::RunningRequests)),
    ),
    PluginType::new("active-request-scorer", SCORER, Effect::Decides, Build::Reads(active_request)),
    PluginType::new("token-load-scorer", SCORER, Effect::Decides, Build::Reads(token_load)),
    PluginType::new("load-aware-scorer", SCORER, Effect::Decides, Build::Reads(load_aware)),
    PluginType::new("multicluster-queue-scorer", SCORER, CLUSTERS, Build::Ignored),
    PluginType::new("multicluster-kv-cache-utilization-scorer", SCORER, CLUSTERS, Build::Ignored),
];

fn plain(parameters: &Section<'_>, scorer: Scorer) -> Parts {
    parameters.leave_open();
    scorer.into()
}

fn active_request(parameters: &Section<'_>) -> Parts {
    let idle_threshold = parameters.int("idleThreshold").unwrap_or_default().max(0);
    let busy = parameters.number("maxBusyScore");
    let max_busy_score = busy.filter(|score| (0.0..=1.0).contains(score)).unwrap_or(1.0);
    if busy.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
        let message = "a score is 0 to 1; this one is passed over and 1 taken";
        parameters.say(Code::NotDone, "maxBusyScore", message, "write 0 to 1");
    }
    if parameters.name("requestTimeout").is_some() {
        let message = "`requestTimeout` is deprecated and means nothing";
        let help = "remove it; Options::lease says how long a request counts in flight";
        parameters.say(Code::Deprecated, "requestTimeout", message, help);
    }
    _ = parameters.text("inFlightLoadProducerName");
    let idle_threshold = u32::try_from(idle_threshold).unwrap_or(u32::MAX);
    Scorer::ActiveRequest { idle_threshold, max_busy_score }.into()
}

/// A threshold of 0 or less means the default, as it does upstream.
fn threshold(parameters: &Section<'_>, field: &'static str, default: f64) -> f64 {
    let number = parameters.int(field).filter(|number| *number > 0);
    #[expect(clippy::as_conversions, reason = "beyond 2^53 the last digits of a threshold weigh nothing")]
    number.map_or(default, |number| number as f64)
}

fn token_load(parameters: &Section<'_>) -> Parts {
    let queue_threshold = threshold(parameters, "queueThresholdTokens", 4_194_304.0);
    _ = parameters.text("inFlightLoadProducerName");
    Scorer::TokenLoad { queue_threshold }.into()
}

fn load_aware(parameters: &Section<'_>) -> Parts {
    Scorer::LoadAware { threshold: threshold(parameters, "threshold", 128.0) }.into()
}

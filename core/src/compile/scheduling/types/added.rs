//! Types that no endpoint picker of the Inference Extension has: the rest of what profiles in code can be made of.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use super::completion::predicted_completion;
use super::picker::picker;
use crate::manifest::Section;
use crate::plan::{CircuitBreaker, Filter, HashKey, OutlierEjection, Picker, Scorer};
use crate::units::Nanos;

const FILTER: &[Interface] = &[Interface::Filter];
const SCORER: &[Interface] = &[Interface::Scorer];
const PICKER: &[Interface] = &[Interface::Picker];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new(
        "least-request-scorer",
        SCORER,
        Effect::Decides,
        Build::Reads(|_| Scorer::LeastRequest.into()),
    ),
    PluginType::new("peak-ewma-scorer", SCORER, Effect::Decides, Build::Reads(peak_ewma)),
    PluginType::new(
        "predicted-completion-scorer",
        SCORER,
        Effect::Decides,
        Build::Reads(predicted_completion),
    ),
    PluginType::new("rendezvous-scorer", SCORER, Effect::Decides, Build::Reads(rendezvous)),
    PluginType::new("bounded-load-scorer", SCORER, Effect::Decides, Build::Reads(bounded_load)),
    PluginType::new("circuit-breaker-filter", FILTER, Effect::Decides, Build::Reads(circuit_breaker)),
    PluginType::new("outlier-ejection-filter", FILTER, Effect::Decides, Build::Reads(outlier_ejection)),
    PluginType::new(
        "two-choice-picker",
        PICKER,
        Effect::Decides,
        Build::Reads(|parameters| picker(parameters, Picker::TwoChoice)),
    ),
    PluginType::new(
        "round-robin-picker",
        PICKER,
        Effect::Decides,
        Build::Reads(|parameters| picker(parameters, Picker::RoundRobin)),
    ),
    PluginType::new(
        "consistent-hash-picker",
        PICKER,
        Effect::Decides,
        Build::Reads(|parameters| picker(parameters, Picker::ConsistentHash(hash_key(parameters)))),
    ),
];

/// A time in milliseconds.
fn millis(parameters: &Section<'_>, field: &'static str, default: Nanos) -> Nanos {
    let Some(number) = parameters.int(field) else { return default };
    let nanos = u64::try_from(number).ok().and_then(|millis| millis.checked_mul(1_000_000));
    let message = "this is no time in milliseconds";
    parameters.require(nanos.is_some(), field, message, "write 0 to 18,446,744,073,709");
    nanos.map_or(default, Nanos::new)
}

/// A number within a range; `message` says which.
pub(super) fn within(
    parameters: &Section<'_>,
    field: &'static str,
    default: f64,
    range: std::ops::RangeInclusive<f64>,
    message: &'static str,
) -> f64 {
    let number = parameters.number(field).unwrap_or(default);
    parameters.require(range.contains(&number), field, message, "correct the number, or leave the field out");
    number
}

fn peak_ewma(parameters: &Section<'_>) -> Parts {
    let default_ttft = millis(parameters, "defaultTTFTMs", Nanos::new(1_000_000_000));
    Scorer::PeakEwma { default_ttft }.into()
}

fn hash_key(parameters: &Section<'_>) -> HashKey {
    let header = parameters.text("headerName").map(str::trim).filter(|header| !header.is_empty());
    header.map_or(HashKey::Model, |header| HashKey::Header(header.to_ascii_lowercase()))
}

fn rendezvous(parameters: &Section<'_>) -> Parts {
    Scorer::Rendezvous(hash_key(parameters)).into()
}

fn bounded_load(parameters: &Section<'_>) -> Parts {
    let message = "an endpoint may go at least to the mean of all, and not beyond a million times that";
    let balance = within(parameters, "balance", 1.25, 1.0..=1e6, message);
    Scorer::BoundedLoad { key: hash_key(parameters), balance }.into()
}

fn circuit_breaker(parameters: &Section<'_>) -> Parts {
    let defaults = CircuitBreaker::default();
    let failures = parameters.int("failures").unwrap_or(defaults.failures.into());
    let count = u32::try_from(failures).ok().filter(|failures| *failures > 0);
    parameters.require(count.is_some(), "failures", "a number of failures is at least 1", "write 1 or more");
    let open_for = millis(parameters, "openForMs", defaults.open_for);
    Filter::CircuitBreaker(CircuitBreaker { failures: count.unwrap_or(defaults.failures), open_for }).into()
}

fn outlier_ejection(parameters: &Section<'_>) -> Parts {
    let defaults = OutlierEjection::default();
    let share = |field, default| within(parameters, field, default, 0.0..=1.0, "a share is between 0 and 1");
    Filter::OutlierEjection(OutlierEjection {
        error_share: share("errorShare", defaults.error_share),
        least_requests: within(
            parameters,
            "leastRequests",
            defaults.least_requests,
            0.0..=1e9,
            "a number of requests is between 0 and a thousand million",
        ),
        most_ejected: share("mostEjected", defaults.most_ejected),
    })
    .into()
}

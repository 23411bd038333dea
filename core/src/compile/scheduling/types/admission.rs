//! Screeners and admitters: who is considered, and who is turned away, before any profile runs.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new(
        "disaggregatedset-rollout-screener",
        &[Interface::Screener],
        Effect::NotDone(
            "revisions of a rollout are not told apart; report only the endpoints that shall be considered",
        ),
        Build::Reads(rollout),
    ),
    PluginType::new(
        "latency-slo-admitter",
        &[Interface::Admitter],
        Effect::NotDone("no request is turned away for its predicted latency"),
        Build::Shape(&[("latencyPredictionInfoProducerName", Shape::Text)]),
    ),
    PluginType::new(
        "probabilistic-admitter",
        &[Interface::Admitter],
        Effect::NotDone(
            "no request is turned away by chance; a saturation detector turns sheddable ones away",
        ),
        Build::Reads(probabilistic),
    ),
];

fn probabilistic(parameters: &Section<'_>) -> Parts {
    let queue = parameters.int("queueDepthThreshold").unwrap_or(5);
    parameters.require(queue > 0, "queueDepthThreshold", "a threshold is above 0", "write 1 or more");
    for field in ["kvCacheUtilThreshold", "power", "k"] {
        let value = parameters.number(field).unwrap_or(1.0);
        parameters.require(value > 0.0, field, "this has to be above 0", "write a number above 0");
    }
    Parts::default()
}

fn rollout(parameters: &Section<'_>) -> Parts {
    let scope = parameters.section("scope");
    if scope.name("labelSelector").is_none() {
        parameters.lacks("scope.labelSelector", "write a selector of the endpoints that a rollout concerns");
    }
    scope.close();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for selector in parameters.sections("headerSelectors") {
        for field in ["name", "headerName", "labelKey"] {
            if selector.name(field).is_none() {
                selector.lacks(field, "write name, headerName, labelKey and mode");
            }
        }
        let is_mode = matches!(selector.text("mode"), Some("strict" | "prefer"));
        selector.require(is_mode, "mode", "this is not a mode", "write strict or prefer");
        let (name, header) =
            (selector.text("name").unwrap_or_default(), selector.text("headerName").unwrap_or_default());
        let is_new = !seen.iter().any(|(n, h)| *n == name || *h == header);
        selector.require(is_new, "", "two selectors have the same name or header", "keep one of the two");
        seen.push((name, header));
        selector.close();
    }
    let gating = parameters.section("revisionGating");
    if !gating.is_there() {
        parameters.lacks("revisionGating", "write {mode: disabled}, or a mode with requireRoles");
    }
    let mode = gating.text("mode");
    let is_mode = !gating.is_there() || matches!(mode, Some("sum" | "max-role" | "disabled"));
    gating.require(is_mode, "mode", "this is not a mode", "write sum, max-role or disabled");
    _ = (gating.text("revisionLabelKey"), gating.text("roleLabelKey"));
    let roles = gating.section("requireRoles");
    let values = roles.texts("values");
    roles.close();
    if matches!(mode, Some("sum" | "max-role")) {
        let distinct = values
            .iter()
            .enumerate()
            .all(|(index, role)| !role.is_empty() && !values.iter().take(index).any(|before| before == role));
        let is_list = !values.is_empty() && distinct;
        gating.require(is_list, "requireRoles.values", "this mode needs roles, each once", "list the roles");
    }
    gating.close();
    Parts::default()
}

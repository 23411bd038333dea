//! Flow control: its saturation detector turns requests away here too; its queues are the host's.

use super::plugin_type::Interface;
use super::plugins::Plugins;
use super::types::detector;
use crate::manifest::{Code, EndpointPickerConfig, Findings, FlowControlWire};
use crate::plan::Saturation;

const DETECTOR: &str = "utilization-detector";

/// The detector that is named, or the default one.
pub(super) fn saturation(
    config: &EndpointPickerConfig<'_>,
    plugins: &mut Plugins,
    findings: &Findings,
) -> Option<Saturation> {
    let old = &config.thresholds;
    let thresholds = detector::utilization(old);
    old.close();
    if config.saturation_detector.is_none() && old.has_any_but("pluginRef") {
        return thresholds.saturation;
    }
    let Some(reference) = &config.saturation_detector else {
        plugins.ensure(DETECTOR);
        return plugins.get(DETECTOR)?.parts.saturation.clone();
    };
    if reference.name == DETECTOR {
        plugins.ensure(DETECTOR);
    }
    plugins.resolve(reference, Interface::SaturationDetector, findings)?.parts.saturation.clone()
}

/// Checks what the queues are told, where the gate is open.
pub(super) fn check(flow: &FlowControlWire<'_>, is_on: bool, plugins: &mut Plugins, findings: &Findings) {
    for default in ["fcfs-ordering-policy", "global-strict-fairness-policy", "static-usage-limit-policy"] {
        plugins.ensure(default);
    }
    if !is_on {
        if flow.has_settings {
            let message =
                "the feature gate flowControl is off: of this section only saturationDetector counts";
            findings.add(
                Code::NotDone,
                "flowControl",
                message,
                "add flowControl to featureGates, or remove the section",
            );
        }
        return;
    }
    let message = "requests do not wait here: queues, their limits and their order are passed over; a saturated pool turns sheddable requests away";
    let place = if flow.has_settings { "flowControl" } else { "featureGates" };
    findings.add(
        Code::NotDone,
        place,
        message,
        "queue requests in the host, or remove the feature gate flowControl",
    );
    for path in &flow.negative {
        let message = "a limit is not negative";
        findings.add(Code::NotAllowed, path.as_str(), message, "write 0 for no limit, or a number above it");
    }
    let usage = flow.usage_limit.iter().map(|reference| (reference, Interface::UsageLimit));
    let ordering = flow.ordering.iter().map(|reference| (reference, Interface::Ordering));
    let fairness = flow.fairness.iter().map(|reference| (reference, Interface::Fairness));
    for (reference, interface) in usage.chain(ordering).chain(fairness) {
        _ = plugins.resolve(reference, interface, findings);
    }
}

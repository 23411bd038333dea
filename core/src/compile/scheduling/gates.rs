//! Feature gates: `name`, `name=true`, `name=false`.

use crate::manifest::{Code, Findings};

/// The gate that puts queues before decisions.
const FLOW_CONTROL: &str = "flowControl";

/// The other gates that are known.
const OTHERS: &[&str] = &["haPopulateNonLeaderDatastore"];

/// Gates of earlier releases, for what has since become the rule.
const GONE: &[&str] = &["dataLayer", "prepareDataPlugins", "enableLegacyMetrics"];

/// Whether flow control is on; what is not a gate is named.
pub(super) fn check(gates: &[&str], findings: &Findings) -> bool {
    let mut flow_control = false;
    for (index, gate) in gates.iter().enumerate() {
        let path = || format!("featureGates[{index}]");
        // As upstream reads it, a second `=` and what follows it says nothing.
        let mut parts = gate.split('=');
        let name = parts.next().unwrap_or_default();
        if GONE.contains(&name) {
            let message = format!("the feature gate `{name}` is deprecated and means nothing");
            findings.add(Code::Deprecated, path(), message, "remove it");
        } else if name != FLOW_CONTROL && !OTHERS.contains(&name) {
            let message = format!("there is no feature gate `{name}`");
            findings.add(
                Code::UnknownGate,
                path(),
                message,
                format!("write {FLOW_CONTROL} or {}", OTHERS.join(" or ")),
            );
        }
        let value = parts.next().map_or(Some(true), truth);
        if value.is_none() {
            let message = "a feature gate is on or off";
            findings.add(Code::NotAllowed, path(), message, format!("write {name}=true or {name}=false"));
        }
        if name == FLOW_CONTROL {
            flow_control = value.unwrap_or(false);
        }
    }
    flow_control
}

/// Go, strconv.ParseBool of text in lower case.
fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "t" | "true" => Some(true),
        "0" | "f" | "false" => Some(false),
        _ => None,
    }
}

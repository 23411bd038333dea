//! EndpointPickerConfig to [`Scheduling`]: plugins, the profiles they make up, and who turns requests away.
//!
//! The rules are those of llm-d-router's pkg/epp/config/loader; what loads there loads here. Everything that is wrong is named in one run.

mod data;
mod flow_control;
mod gates;
mod handler;
mod link;
mod loops;
mod plugin_type;
mod plugins;
mod profiles;
mod types;

#[cfg(test)]
mod tests;

use super::report::Report;
use crate::manifest::{Code, ConfigSource, Finding, Findings, none_under};
use crate::plan::{Options, Scheduling, SharedScorer};
use plugins::Plugins;

/// How endpoints are chosen: as the options spell out, else as the one EndpointPickerConfig says, else by the options' strategy.
pub(in crate::compile) fn choose(
    configs: &[ConfigSource],
    options: &Options,
    report: &mut Report,
) -> Scheduling {
    if let Some(scheduling) = &options.scheduling {
        for config in configs {
            let message = "this configuration is not used: the host chose another one in code";
            tell(config, report, Code::ConfigUnused, "", message, "leave one of the two out");
        }
        report.extend(scheduling.warnings().iter().cloned());
        return scheduling.clone();
    }
    let key = options.endpoint_picker_config_key.as_deref();
    one(configs, key, &options.custom_scorers, report).unwrap_or_else(|| Scheduling::of(options.strategy))
}

/// What the only configuration says, of those under a key if one is named. More than one is an error of each that follows the first, and so is none under the
/// key.
fn one(
    configs: &[ConfigSource],
    key: Option<&str>,
    scorers: &[SharedScorer],
    report: &mut Report,
) -> Option<Scheduling> {
    let mut chosen = configs.iter().filter(|config| key.is_none() || config.key.as_deref() == key);
    let Some(first) = chosen.next() else {
        report.extend(key.map(none_under));
        return None;
    };
    for config in chosen {
        let message = "there is another EndpointPickerConfig; which of them counts is not said";
        let help = if key.is_some() {
            "keep one of the two ConfigMaps, or give the text that counts to Scheduling::from_yaml"
        } else {
            "name its key in the ConfigMap by the option endpoint_picker_config_key, keep one, or give its text to Scheduling::from_yaml"
        };
        tell(config, report, Code::NotOneConfig, "", message, help);
    }
    Some(scheduling(first, scorers, report))
}

fn tell(config: &ConfigSource, report: &mut Report, code: Code, path: &str, message: &str, help: &str) {
    let (path, message, help) = (path.to_owned(), message.to_owned(), help.to_owned());
    report.extend([config.diagnostic(Finding { code, path, message, help })]);
}

fn scheduling(source: &ConfigSource, scorers: &[SharedScorer], report: &mut Report) -> Scheduling {
    let findings = Findings::default();
    let config = source.read(&findings);
    if source.is_of_deprecated_group() {
        let message = "this apiVersion of EndpointPickerConfig is deprecated";
        findings.add(Code::Deprecated, "apiVersion", message, "write apiVersion: llm-d.ai/v1alpha1");
    }
    for (field, instead) in &config.deprecated {
        let message = format!("`{field}` at the top is deprecated");
        findings.add(
            Code::Deprecated,
            *field,
            message,
            format!("write it as {instead}; where both stand, that one counts"),
        );
    }
    let flow_control = gates::check(&config.feature_gates, &findings);
    let mut plugins = Plugins::new(&config, scorers, &findings);
    // A circle would have no end.
    if !loops::check(&plugins, &findings) {
        link::trees(&mut plugins, &findings);
    }
    link::places(&mut plugins);
    let profiles = profiles::profiles(&config.profiles, &mut plugins, &findings);
    let handler = handler::handler(&profiles, &mut plugins, &findings);
    let saturation = flow_control::saturation(&config, &mut plugins, &findings);
    flow_control::check(&config.flow_control, flow_control, &mut plugins, &findings);
    data::check(&config, &mut plugins, &findings);
    plugins.tell_effects(&findings);
    let scheduling = Scheduling::new(profiles, handler);
    let scheduling = saturation.into_iter().fold(scheduling, Scheduling::saturation);
    let scheduling = plugins.prefix().into_iter().fold(scheduling, Scheduling::with_prefix_plan);
    drop(config);
    report.extend(findings.into_inner().into_iter().map(|finding| source.diagnostic(finding)));
    scheduling
}

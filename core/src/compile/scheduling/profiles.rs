//! Scheduling profiles: which plugins run, with which weights, in which order.

use std::collections::HashSet;

use super::plugin_type::Interface;
use super::plugins::Plugins;
use crate::manifest::{Code, Findings, ProfileWire, Reference};
use crate::plan::Profile;

/// A plugin of a profile before it is looked up.
struct Entry<'a> {
    name: &'a str,
    path: &'a str,
    weight: Option<f64>,
}

/// All profiles. Where there are none, one named `default` of every filter, scorer and picker; where a profile has no picker, the first one that is
/// defined, or `max-score-picker`.
pub(super) fn profiles(
    wires: &[ProfileWire<'_>],
    plugins: &mut Plugins,
    findings: &Findings,
) -> Vec<Profile> {
    let assembled = assembled(plugins);
    let picker = picker(plugins);
    let mut seen = HashSet::new();
    let mut profiles = Vec::new();
    for wire in wires {
        if wire.name.is_empty() {
            findings.add(
                Code::MissingField,
                wire.path.as_str(),
                "field `name` is missing",
                "give the profile a name",
            );
        } else if !seen.insert(wire.name) {
            let message = format!("there are two profiles `{}`", wire.name);
            findings.add(
                Code::RepeatedName,
                format!("{}.name", wire.path),
                message,
                "give one of them another name",
            );
        }
        let entries = wire.plugins.iter().map(|(Reference { name, path }, weight)| Entry {
            name,
            path,
            weight: *weight,
        });
        let entries: Vec<_> = entries.collect();
        profiles.push(profile(wire.name, &wire.path, &entries, &picker, plugins, findings));
    }
    if wires.is_empty() {
        let names = if assembled.is_empty() { "none".to_owned() } else { assembled.join(", ") };
        let message =
            format!("there are no schedulingProfiles; one profile `default` runs in this order: {names}");
        let help = "write schedulingProfiles to choose weights and order; upstream leaves the order open";
        findings.add(Code::FilledIn, "schedulingProfiles", message, help);
        let entries = assembled.iter().map(|name| Entry { name, path: "plugins", weight: None });
        let entries: Vec<_> = entries.collect();
        profiles.push(profile("default", "plugins", &entries, &picker, plugins, findings));
    }
    profiles
}

/// Every plugin that has a part in a profile, in the order of definition.
fn assembled(plugins: &Plugins) -> Vec<String> {
    let is_part = |interface| move |plugin: &&super::plugins::Plugin| plugin.is_known_as(interface);
    let parts = [Interface::Filter, Interface::Scorer, Interface::Picker];
    let all = plugins.iter().filter(|plugin| parts.iter().any(|part| is_part(*part)(plugin)));
    all.map(|plugin| plugin.name.clone()).collect()
}

/// The picker of profiles that have none.
fn picker(plugins: &mut Plugins) -> String {
    let first =
        plugins.iter().find(|plugin| plugin.is_known_as(Interface::Picker)).map(|plugin| plugin.name.clone());
    first.unwrap_or_else(|| {
        plugins.ensure("max-score-picker");
        "max-score-picker".to_owned()
    })
}

fn profile(
    name: &str,
    path: &str,
    entries: &[Entry<'_>],
    picker: &str,
    plugins: &mut Plugins,
    findings: &Findings,
) -> Profile {
    let mut profile = Profile::new(name);
    let mut picked: Option<&str> = None;
    // What is of an unknown type may be the picker.
    let mut may_pick = false;
    for entry in entries {
        let Some(plugin) = plugins.get(entry.name) else {
            let message = if entry.name.is_empty() {
                "field `pluginRef` is missing".to_owned()
            } else {
                format!("there is no plugin `{}`", entry.name)
            };
            findings.add(
                Code::NoSuchPlugin,
                entry.path,
                message,
                "name one of `plugins`, or define it there",
            );
            continue;
        };
        if plugin.is_known_as(Interface::Picker)
            && let Some(first) = picked.replace(entry.name)
        {
            let message = format!("the profile `{name}` has two pickers, `{first}` and `{}`", entry.name);
            findings.add(Code::TwoPickers, entry.path, message, "keep one of the two");
        }
        profile = add(profile, plugin, entry.weight);
        may_pick |= plugin.kind.is_none();
        plugins.run(entry.name);
    }
    if picked.is_none() && !may_pick {
        let Some(plugin) = plugins.get(picker) else { return profile };
        if plugin.path.is_some() {
            let message =
                format!("the profile `{name}` has no picker; `{picker}`, the first one defined, is taken");
            findings.add(
                Code::FilledIn,
                path,
                message,
                "add a picker to the profile; upstream takes any that is defined",
            );
        }
        profile = add(profile, plugin, None);
    }
    profile
}

/// A weight that is not there is 1; 0 stays 0.
fn add(mut profile: Profile, plugin: &super::plugins::Plugin, weight: Option<f64>) -> Profile {
    let parts = &plugin.parts;
    if let Some(filter) = &parts.filter {
        profile = profile.filter(filter.clone());
    }
    if let Some(scorer) = &parts.scorer {
        profile = profile.scorer(scorer.clone(), weight.unwrap_or(1.0));
    }
    if let Some((picker, endpoints)) = &parts.picker {
        profile = profile.picker(picker.clone());
        profile = endpoints.iter().copied().fold(profile, Profile::endpoints);
    }
    profile
}

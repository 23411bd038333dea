//! The decision tree of the Inference Extension's first releases (to v0.5): filters that lead to filters.

use super::super::plugin_type::{Branch, Build, Effect, Interface, Need, Parts, PluginType, Tree};
use crate::manifest::Section;
use crate::plan::Filter;

const FILTER: &[Interface] = &[Interface::Filter];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("low-queue-filter", FILTER, Effect::Decides, Build::Reads(low_queue))
        .deprecated("utilization-filter"),
    PluginType::new("lora-affinity-filter", FILTER, Effect::Decides, Build::Reads(lora_affinity))
        .deprecated("lora-affinity-scorer"),
    PluginType::new(
        "least-queue-filter",
        FILTER,
        Effect::Decides,
        Build::Reads(|p| plain(p, Filter::LeastQueue)),
    )
    .deprecated("queue-scorer"),
    PluginType::new(
        "least-kv-cache-filter",
        FILTER,
        Effect::Decides,
        Build::Reads(|p| plain(p, Filter::LeastKvCache)),
    )
    .deprecated("kv-cache-utilization-scorer"),
    PluginType::new("decision-tree-filter", FILTER, Effect::Decides, Build::Reads(tree))
        .deprecated("scorers with weights"),
];

fn plain(parameters: &Section<'_>, filter: Filter) -> Parts {
    parameters.leave_open();
    filter.into()
}

fn low_queue(parameters: &Section<'_>) -> Parts {
    let threshold = parameters.int("threshold").unwrap_or(128).max(0);
    Filter::LowQueue { threshold: u32::try_from(threshold).unwrap_or(u32::MAX) }.into()
}

fn lora_affinity(parameters: &Section<'_>) -> Parts {
    let affinity = parameters.number("threshold").unwrap_or(0.999).clamp(0.0, 1.0);
    Filter::LoraAffinity { affinity }.into()
}

fn tree(parameters: &Section<'_>) -> Parts {
    let mut needs = Vec::new();
    let tree = grow(parameters, &mut needs);
    Parts { needs, tree, ..Parts::default() }
}

/// Depth is bounded by that of the text.
fn grow(section: &Section<'_>, needs: &mut Vec<Need>) -> Option<Tree> {
    if !section.section("current").is_there() {
        section.lacks("current", "name the filter to begin with");
    }
    let mut branch = |field| branch(&section.section(field), needs);
    let tree = (
        branch("current"),
        branch("nextOnSuccess"),
        branch("nextOnFailure"),
        branch("nextOnSuccessOrFailure"),
    );
    section.close();
    let (current, on_success, on_failure, on_either) = tree;
    Some(Tree { current: current?, on_success, on_failure, on_either })
}

fn branch(entry: &Section<'_>, needs: &mut Vec<Need>) -> Option<Branch> {
    if !entry.is_there() {
        return None;
    }
    let (reference, inner) = (entry.text("pluginRef"), entry.section("decisionTree"));
    let help = "write pluginRef with the name of a filter, or decisionTree with another tree";
    let is_one = reference.is_some() != inner.is_there();
    entry.require(is_one, "", "one of pluginRef and decisionTree is needed", help);
    entry.close();
    if inner.is_there() {
        return grow(&inner, needs).map(|tree| Branch::Tree(Box::new(tree)));
    }
    let plugin = reference?.to_owned();
    needs.push(Need { plugin: plugin.clone(), interface: Interface::Filter, path: entry.at("pluginRef") });
    Some(Branch::Plugin(plugin))
}

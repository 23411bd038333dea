//! The decision tree of the Inference Extension's first releases (to v0.5): filters that lead to filters.

use super::super::plugin_type::{Build, Effect, Interface, Need, Parts, PluginType};
use crate::manifest::{Section, Shape};

const FILTER: &[Interface] = &[Interface::Filter];
const GONE: Effect = Effect::NotDone("filters of v0.5 keep all endpoints here");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("low-queue-filter", FILTER, GONE, Build::Shape(&[("threshold", Shape::Int)]))
        .deprecated("utilization-filter"),
    PluginType::new("lora-affinity-filter", FILTER, GONE, Build::Shape(&[("threshold", Shape::Number)]))
        .deprecated("lora-affinity-scorer"),
    PluginType::new("least-queue-filter", FILTER, GONE, Build::Ignored).deprecated("queue-scorer"),
    PluginType::new("least-kv-cache-filter", FILTER, GONE, Build::Ignored)
        .deprecated("kv-cache-utilization-scorer"),
    PluginType::new("decision-tree-filter", FILTER, GONE, Build::Reads(tree))
        .deprecated("scorers with weights"),
];

fn tree(parameters: &Section<'_>) -> Parts {
    let mut needs = Vec::new();
    branch(parameters, &mut needs);
    Parts { needs, ..Parts::default() }
}

/// Depth is bounded by that of the text.
fn branch(tree: &Section<'_>, needs: &mut Vec<Need>) {
    let current = tree.section("current");
    if !current.is_there() {
        tree.lacks("current", "name the filter to begin with");
    }
    let next = ["nextOnSuccess", "nextOnFailure", "nextOnSuccessOrFailure"].map(|field| tree.section(field));
    for entry in [current].into_iter().chain(next).filter(Section::is_there) {
        let (reference, inner) = (entry.text("pluginRef"), entry.section("decisionTree"));
        let help = "write pluginRef with the name of a filter, or decisionTree with another tree";
        entry.require(
            reference.is_some() != inner.is_there(),
            "",
            "one of pluginRef and decisionTree is needed",
            help,
        );
        if let Some(name) = reference {
            let path = entry.at("pluginRef");
            needs.push(Need { plugin: name.to_owned(), interface: Interface::Filter, path });
        }
        if inner.is_there() {
            branch(&inner, needs);
        }
        entry.close();
    }
    tree.close();
}

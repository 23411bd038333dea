//! What plugins take from other plugins: the filters of a decision tree, the labels of places.

use super::plugin_type::{Branch, Parts, Tree};
use super::plugins::Plugins;
use crate::manifest::{Code, Findings};
use crate::plan::{DecisionTree, Filter, Scorer, TopologyLabels};

/// Filters that a tree may come to: trees may name trees, so that few lines may stand for many filters.
const MOST: usize = 1_000;
/// Filters below each other.
const DEEPEST: usize = 100;

/// Puts filters into trees. References that lead nowhere, or in a circle, have been named.
pub(super) fn trees(plugins: &mut Plugins, findings: &Findings) {
    let mut grown = Vec::new();
    for (number, plugin) in plugins.iter().enumerate() {
        let Some(tree) = &plugin.parts.tree else { continue };
        let mut left = MOST;
        let filter = grow(tree, plugins, DEEPEST, &mut left);
        if left == 0 {
            let message = format!("the tree `{}` comes to more than {MOST} filters", plugin.name);
            findings.add(
                Code::Limit,
                plugin.path.clone().unwrap_or_default(),
                message,
                "name trees less often",
            );
        }
        grown.push((number, filter));
    }
    for (number, filter) in grown {
        plugins.change(number, |parts| parts.filter = filter);
    }
}

fn grow(tree: &Tree, plugins: &Plugins, depth: usize, left: &mut usize) -> Option<Filter> {
    let depth = depth.checked_sub(1)?;
    let mut branch = |branch: &Branch| {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return None;
        }
        match branch {
            Branch::Tree(tree) => grow(tree, plugins, depth, left),
            Branch::Plugin(name) => {
                let parts = &plugins.get(name)?.parts;
                match &parts.tree {
                    Some(tree) => grow(tree, plugins, depth, left),
                    None => parts.filter.clone(),
                }
            }
        }
    };
    Some(Filter::DecisionTree(Box::new(DecisionTree {
        current: branch(&tree.current)?,
        on_success: tree.on_success.as_ref().and_then(&mut branch),
        on_failure: tree.on_failure.as_ref().and_then(&mut branch),
        on_either: tree.on_either.as_ref().and_then(&mut branch),
    })))
}

/// Lets all filters and scorers of places look at the labels that the first `topology-extractor` names.
pub(super) fn places(plugins: &mut Plugins) {
    let Some(labels) = plugins.iter().find_map(|plugin| plugin.parts.topology.clone()) else { return };
    for number in 0..plugins.iter().count() {
        plugins.change(number, |parts| place(parts, &labels));
    }
}

fn place(parts: &mut Parts, from: &TopologyLabels) {
    if let Some(Filter::TopologyAffinity { labels, .. }) = &mut parts.filter {
        labels.clone_from(from);
    }
    if let Some(Scorer::TopologyAffinity(labels)) = &mut parts.scorer {
        labels.clone_from(from);
    }
}

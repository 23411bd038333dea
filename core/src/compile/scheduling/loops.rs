//! Plugins that refer to plugins: every one exists, and none needs itself.

use super::plugins::Plugins;
use crate::manifest::{Code, Findings};

/// How far the walk has come with a plugin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    No,
    Open,
    Closed,
}

/// Names references to what is not there or not of use, and circles; whether there are any.
pub(super) fn check(plugins: &Plugins, findings: &Findings) -> bool {
    let mut has_circle = false;
    for plugin in plugins.iter() {
        for need in &plugin.parts.needs {
            _ = plugins.check(&need.plugin, &need.path, need.interface, findings);
        }
    }
    let all: Vec<_> = plugins.iter().collect();
    let mut seen = vec![Seen::No; all.len()];
    for start in 0..all.len() {
        // A walk without recursion: chains may be as long as the text.
        let mut open = vec![(start, 0)];
        while let Some((number, next)) = open.pop() {
            let (Some(plugin), Some(state)) = (all.get(number), seen.get_mut(number)) else { continue };
            if next == 0 && *state != Seen::No {
                continue;
            }
            *state = Seen::Open;
            let Some(need) = plugin.parts.needs.get(next) else {
                *state = Seen::Closed;
                continue;
            };
            open.push((number, next + 1));
            let Some(needed) = plugins.number(&need.plugin) else { continue };
            if seen.get(needed) == Some(&Seen::Open) {
                has_circle = true;
                let message =
                    format!("the plugin `{}` needs `{}`, which needs it in turn", plugin.name, need.plugin);
                findings.add(
                    Code::PluginLoop,
                    need.path.as_str(),
                    message,
                    "name a plugin that does not lead back here",
                );
            } else {
                open.push((needed, 0));
            }
        }
    }
    has_circle
}

//! The plugins of a configuration by name, those that it defines and those that it leaves out.

use std::collections::HashMap;

use super::plugin_type::{Effect, Interface, Parts, PluginType};
use super::types;
use crate::manifest::{Code, EndpointPickerConfig, Findings, Reference, Section};
use crate::plan::PrefixPlan;

/// A plugin that exists.
#[derive(Debug)]
pub(super) struct Plugin {
    pub(super) name: String,
    /// `None` for a type that is not known, which is named once and then taken for whatever it is used as.
    pub(super) kind: Option<&'static PluginType>,
    pub(super) parts: Parts,
    /// Where it is defined; `None` for one that was left out.
    pub(super) path: Option<String>,
    /// Whether a profile runs it.
    is_run: bool,
}

/// All plugins in the order of their definition.
#[derive(Debug, Default)]
pub(super) struct Plugins {
    all: Vec<Plugin>,
    by_name: HashMap<String, usize>,
}

impl Plugin {
    /// Whether it can stand for `interface`.
    pub(super) fn is(&self, interface: Interface) -> bool {
        self.kind.is_none_or(|kind| kind.interfaces.contains(&interface))
    }

    /// Whether it surely stands for `interface`.
    pub(super) fn is_known_as(&self, interface: Interface) -> bool {
        self.kind.is_some() && self.is(interface)
    }
}

impl Plugins {
    /// The plugins that are defined; every problem of their definitions is named.
    pub(super) fn new(config: &EndpointPickerConfig<'_>, findings: &Findings) -> Self {
        let mut plugins = Self::default();
        for wire in &config.plugins {
            let path = |field: &str| format!("{}.{field}", wire.path);
            if wire.kind.is_empty() {
                let help = "add `type` with the type of the plugin";
                findings.add(Code::MissingField, wire.path.as_str(), "field `type` is missing", help);
            }
            let kind = types::find(wire.kind);
            if kind.is_none() && !wire.kind.is_empty() {
                let message = format!("there is no type of plugin `{}`", wire.kind);
                let help = "correct the type; docs/endpoint-picker-config.md lists all";
                findings.add(Code::UnknownPluginType, path("type"), message, help);
            }
            if let Some(instead) = kind.and_then(|kind| kind.instead) {
                let message = format!("the type `{}` is deprecated", wire.kind);
                findings.add(Code::Deprecated, path("type"), message, format!("use {instead}"));
            }
            let parts = kind.map(|kind| kind.parts(&wire.parameters)).unwrap_or_default();
            let name = if wire.name.is_empty() { wire.kind } else { wire.name };
            let defined =
                Plugin { name: name.to_owned(), kind, parts, path: Some(wire.path.clone()), is_run: false };
            if plugins.by_name.contains_key(name) && !name.is_empty() {
                let message = format!("there are two plugins `{name}`");
                let help = "give one of them another `name`; the name is the type where none is given";
                findings.add(Code::RepeatedName, wire.path.as_str(), message, help);
            } else {
                plugins.add(defined);
            }
        }
        plugins
    }

    fn add(&mut self, plugin: Plugin) {
        self.by_name.insert(plugin.name.clone(), self.all.len());
        self.all.push(plugin);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Plugin> {
        self.all.iter()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Plugin> {
        self.by_name.get(name).and_then(|index| self.all.get(*index))
    }

    /// The number of the plugin of that name.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Changes what the plugin of that number is in a decision.
    pub(super) fn change(&mut self, number: usize, change: impl FnOnce(&mut Parts)) {
        if let Some(plugin) = self.all.get_mut(number) {
            change(&mut plugin.parts);
        }
    }

    /// Puts a plugin of that type, with its defaults, under the type's name unless there is one of that name.
    pub(super) fn ensure(&mut self, kind: &str) {
        let Some(kind) = types::find(kind).filter(|kind| self.get(kind.name).is_none()) else { return };
        let nothing = Findings::default();
        let parts = kind.parts(&Section::nothing(&nothing));
        self.add(Plugin { name: kind.name.to_owned(), kind: Some(kind), parts, path: None, is_run: false });
    }

    /// The plugin that a reference names, if it can be what is needed; else that is named.
    pub(super) fn resolve(
        &self,
        reference: &Reference<'_>,
        needed: Interface,
        findings: &Findings,
    ) -> Option<&Plugin> {
        self.check(reference.name, &reference.path, needed, findings)
    }

    /// The same for a name at a path.
    pub(super) fn check(
        &self,
        name: &str,
        path: &str,
        needed: Interface,
        findings: &Findings,
    ) -> Option<&Plugin> {
        let Some(plugin) = self.get(name) else {
            let message = if name.is_empty() {
                "a plugin is to be named here".to_owned()
            } else {
                format!("there is no plugin `{name}`")
            };
            findings.add(
                Code::NoSuchPlugin,
                path,
                message,
                "correct the name, or define a plugin of that name",
            );
            return None;
        };
        if !plugin.is(needed) {
            let message = format!("the plugin `{name}` is no {}", needed.as_str());
            let help = format!("name a plugin that is a {}", needed.as_str());
            findings.add(Code::WrongPlugin, path, message, help);
            return None;
        }
        Some(plugin)
    }

    /// Notes that a profile runs a plugin.
    pub(super) fn run(&mut self, name: &str) {
        if let Some(plugin) = self.number(name).and_then(|number| self.all.get_mut(number)) {
            plugin.is_run = true;
        }
    }

    /// How prompts are remembered, as the first plugin says that knows.
    pub(super) fn prefix(&self) -> Option<PrefixPlan> {
        self.iter().find_map(|plugin| plugin.parts.prefix.clone())
    }

    /// Says what is not done here, or by whom else, of the plugins that are defined.
    pub(super) fn tell_effects(&self, findings: &Findings) {
        for plugin in self.iter() {
            let (Some(kind), Some(path)) = (plugin.kind, &plugin.path) else { continue };
            // A filter or scorer that no profile runs has no part upstream either.
            let is_idle = !plugin.is_run
                && kind.interfaces.iter().all(|each| matches!(each, Interface::Filter | Interface::Scorer));
            let at = format!("{path}.type");
            match kind.effect {
                Effect::NotDone(why) if !is_idle => {
                    let message = format!("`{}` takes no part here: {why}", kind.name);
                    let help = "expect decisions without it, or remove it";
                    findings.add(Code::NotDone, at, message, help);
                }
                Effect::Host(why) => {
                    let message = format!("`{}` is the host's part: {why}", kind.name);
                    findings.add(Code::HostsPart, at, message, "nothing is to be done in the configuration");
                }
                _ => {}
            }
        }
    }
}

//! The table of types and the page that describes it say the same.

use std::collections::HashSet;

use super::plugin_type::{Effect, PluginType};
use super::types;

const PAGE: &str = include_str!("../../../../docs/endpoint-picker-config.md");

fn row(kind: &PluginType) -> String {
    let interfaces: Vec<_> = kind.interfaces.iter().map(|each| each.as_str()).collect();
    let effect = match kind.effect {
        Effect::Decides => "decides".to_owned(),
        Effect::Host(why) => format!("host: {why}"),
        Effect::NotDone(why) => format!("not done: {why}"),
    };
    let instead = kind.instead.map(|instead| format!("; deprecated, use {instead}")).unwrap_or_default();
    format!("| `{}` | {} | {effect}{instead} |", kind.name, interfaces.join(", "))
}

#[test]
fn the_page_lists_every_type_as_it_is() {
    let rows: Vec<String> = types::all().map(row).collect();
    let listed: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows, listed, "the rows of the page should be\n{}", rows.join("\n"));
}

#[test]
fn names_of_types_are_unique() {
    let names: HashSet<_> = types::all().map(|kind| kind.name).collect();
    assert_eq!(names.len(), types::all().count());
}

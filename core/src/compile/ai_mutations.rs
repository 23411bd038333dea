//! headerMutation and bodyMutation of Envoy AI Gateway: the route's word goes before the backend's.

use super::http::{is_header_name, is_header_value};
use crate::manifest::{BodyMutationWire, HeaderMutationWire};
use crate::plan::{BodyChange, HeaderChange};

/// Headers that a mutation never touches: what the gateway itself keeps there (Envoy AI Gateway, header mutation).
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(':') || name.starts_with("x-ai-eg-") || name == "x-envoy-original-path"
}

/// Removals of all levels, then what is set; the first level that sets a name counts.
pub(super) fn add_header_mutations<'w>(
    to: &mut Vec<HeaderChange>,
    levels: impl Iterator<Item = &'w HeaderMutationWire> + Clone,
) {
    let usable = |name: &str| is_header_name(name) && !is_reserved(name);
    let mut removed: Vec<String> = Vec::new();
    for name in levels.clone().flat_map(|level| &level.remove).filter(|name| usable(name)) {
        if !removed.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            removed.push(name.clone());
        }
    }
    let mut set: Vec<(String, String)> = Vec::new();
    for header in levels
        .flat_map(|level| &level.set)
        .filter(|header| usable(&header.name) && is_header_value(&header.value))
    {
        if !set.iter().any(|(known, _)| known.eq_ignore_ascii_case(&header.name)) {
            set.push((header.name.clone(), header.value.clone()));
        }
    }
    to.extend(removed.into_iter().map(HeaderChange::Remove));
    to.extend(set.into_iter().map(|(name, value)| HeaderChange::Set(name, value)));
}

pub(super) fn add_body_mutations<'w>(
    to: &mut Vec<BodyChange>,
    levels: impl Iterator<Item = &'w BodyMutationWire> + Clone,
) {
    let mut removed: Vec<String> = Vec::new();
    for path in levels.clone().flat_map(|level| &level.remove) {
        if !removed.contains(path) {
            removed.push(path.clone());
        }
    }
    let mut set: Vec<(String, String)> = Vec::new();
    for field in levels.flat_map(|level| &level.set) {
        if !set.iter().any(|(known, _)| *known == field.path) {
            set.push((field.path.clone(), field.value.clone()));
        }
    }
    to.extend(removed.into_iter().map(BodyChange::Remove));
    to.extend(set.into_iter().map(|(path, value)| BodyChange::Set(path, value)));
}

//! Pickers: which of the endpoints that are left is taken.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::Section;
use crate::plan::Picker;

const PICKER: &[Interface] = &[Interface::Picker];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new(
        "max-score-picker",
        PICKER,
        Effect::Decides,
        Build::Reads(|parameters| picker(parameters, Picker::MaxScore)),
    ),
    PluginType::new(
        "random-picker",
        PICKER,
        Effect::Decides,
        Build::Reads(|parameters| picker(parameters, Picker::Random)),
    ),
    PluginType::new(
        "weighted-random-picker",
        PICKER,
        Effect::Decides,
        Build::Reads(|parameters| picker(parameters, Picker::WeightedRandom)),
    ),
];

/// 0 and less mean 1, as they do upstream.
pub(super) fn picker(parameters: &Section<'_>, picker: Picker) -> Parts {
    let endpoints = parameters.int("maxNumOfEndpoints");
    let endpoints = endpoints.map(|number| usize::try_from(number).unwrap_or(1).max(1));
    Parts { picker: Some((picker, endpoints)), ..Parts::default() }
}

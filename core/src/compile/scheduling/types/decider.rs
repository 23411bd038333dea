//! Deciders: whether a part of a request goes to an endpoint of its own.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::Section;
use crate::plan::Decider;

const DECIDER: &[Interface] = &[Interface::Decider];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("always-disagg-pd-decider", DECIDER, Effect::Decides, Build::Reads(always)),
    PluginType::new("always-disagg-multimodal-decider", DECIDER, Effect::Decides, Build::Reads(multimodal)),
    PluginType::new("prefix-based-pd-decider", DECIDER, Effect::Decides, Build::Reads(prefix_based)),
];

fn always(parameters: &Section<'_>) -> Parts {
    parameters.leave_open();
    Decider::Always.into()
}

fn multimodal(parameters: &Section<'_>) -> Parts {
    parameters.leave_open();
    Decider::Multimodal.into()
}

fn prefix_based(parameters: &Section<'_>) -> Parts {
    let tokens = |field| {
        let number = parameters.int(field).unwrap_or_default();
        parameters.require(number >= 0, field, "a number of tokens is not negative", "write 0 or more");
        u32::try_from(number.max(0)).unwrap_or(u32::MAX)
    };
    let (non_cached_tokens, prompt_tokens) = (tokens("nonCachedTokens"), tokens("promptTokens"));
    Decider::PrefixBased { non_cached_tokens, prompt_tokens }.into()
}

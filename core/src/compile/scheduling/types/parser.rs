//! Parsers of requests.

use super::super::plugin_type::{Build, Effect, Interface, PluginType};

const PARSER: &[Interface] = &[Interface::Parser];
const BODIES: Effect =
    Effect::Host("Body reads OpenAI and Anthropic bodies; the host says what the model and the prompt are");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("openai-parser", PARSER, BODIES, Build::Ignored),
    PluginType::new("anthropic-parser", PARSER, BODIES, Build::Ignored),
    PluginType::new("vllmhttp-parser", PARSER, BODIES, Build::Ignored),
    PluginType::new("vllmgrpc-parser", PARSER, BODIES, Build::Ignored),
    PluginType::new("sglanghttp-parser", PARSER, BODIES, Build::Ignored),
    PluginType::new("vertexai-parser", PARSER, BODIES, Build::Ignored),
    PluginType::new("passthrough-parser", PARSER, BODIES, Build::Ignored),
];

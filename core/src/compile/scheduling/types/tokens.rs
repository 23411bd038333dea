//! The producer of tokens, which are the host's to count.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Code, Section, Shape};

const PRODUCER: &[Interface] = &[Interface::Producer];
const TOKENS: Effect = Effect::Host("the host tells how many tokens a prompt has");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("token-producer", PRODUCER, TOKENS, Build::Reads(tokens)),
    PluginType::new("tokenizer", PRODUCER, TOKENS, Build::Reads(tokens)).deprecated("token-producer"),
];

const SIZE: Shape = Shape::Section(&[("width", Shape::Int), ("height", Shape::Int)]);

const IMAGE: &[(&str, Shape)] = &[
    ("mode", Shape::Text),
    ("defaultResolution", SIZE),
    ("static", Shape::Section(&[("staticToken", Shape::Int)])),
    ("dynamic", Shape::Section(&[("factor", Shape::Int)])),
];

const VIDEO: &[(&str, Shape)] = &[
    ("defaultResolution", SIZE),
    ("defaultDuration", Shape::Number),
    (
        "tokensPerFrame",
        Shape::Section(&[
            ("mode", Shape::Text),
            ("static", Shape::Section(&[("numTokensPerFrame", Shape::Int)])),
            ("dynamic", Shape::Section(&[("factor", Shape::Int)])),
        ]),
    ),
    (
        "frames",
        Shape::Section(&[
            ("mode", Shape::Text),
            ("minFrames", Shape::Int),
            ("maxFrames", Shape::Int),
            ("sampled", Shape::Section(&[("sampleFPS", Shape::Number), ("temporalPatchSize", Shape::Int)])),
            ("strided", Shape::Section(&[("defaultSourceFPS", Shape::Number), ("frameStride", Shape::Int)])),
        ]),
    ),
    ("maxVideoTokens", Shape::Int),
];

fn tokens(parameters: &Section<'_>) -> Parts {
    let model = parameters.name("modelName");
    let (vllm, uds) = (parameters.section("vllm"), parameters.section("udsTokenizerConfig"));
    vllm.conform(&[
        ("url", Shape::Text),
        ("http", Shape::Text),
        ("timeout", Shape::Text),
        ("mmTimeout", Shape::Text),
    ]);
    if vllm.text("http").is_some() {
        vllm.say(Code::Deprecated, "http", "`http` is deprecated", "write url");
    }
    uds.conform(&[("socketFile", Shape::Text), ("useTCP", Shape::Flag), ("modelTokenizerMap", Shape::Pairs)]);
    let estimate = parameters.section("estimate");
    let (image, video) = (estimate.section("image"), estimate.section("video"));
    image.conform(IMAGE);
    video.conform(VIDEO);
    mode(&image, &["dynamic", "static"]);
    mode(&video.section("tokensPerFrame"), &["dynamic", "static"]);
    mode(&video.section("frames"), &["sampled", "strided"]);
    estimate.close();
    let by_uds = uds.name("socketFile").is_some();
    let by_vllm = vllm.is_there() || model.is_some();
    let kinds = usize::from(estimate.is_there()) + usize::from(by_vllm || by_uds);
    let is_one = kinds <= 1 && !(vllm.is_there() && by_uds);
    parameters.require(
        is_one,
        "",
        "only one of estimate, vllm and udsTokenizerConfig may be set",
        "keep one of them",
    );
    if (by_vllm || by_uds) && model.is_none() {
        parameters.lacks("modelName", "write the model whose tokenizer is meant");
    }
    Parts::default()
}

fn mode(section: &Section<'_>, modes: &[&str]) {
    let mode = section.text("mode").unwrap_or_default();
    let help = format!("write {}", modes.join(" or "));
    section.require(mode.is_empty() || modes.contains(&mode), "mode", "this is not a mode", &help);
}

//! Whether a prompt has more than text in it.

use super::scan::Value;
use super::text::Text;
use super::walk::Walk;

/// What parts of a message say they are: OpenAI's chat completions and responses, Anthropic's messages, and vLLM's own.
const TYPES: [&str; 11] = [
    "image_url",
    "input_image",
    "image",
    "image_embeds",
    "input_audio",
    "audio_url",
    "audio",
    "audio_embeds",
    "video_url",
    "input_video",
    "video",
];

/// Lists inside one another: messages, the parts of one, and what a part that is a tool's result has in it.
const DEPTH: u8 = 3;

/// Whether an element of the list, or of a `content` within it, says that it is an image, audio or video.
pub(super) fn is_in(value: Option<Value<'_>>) -> bool {
    match value {
        Some(Value::Array(list)) => holds(list, DEPTH),
        _ => false,
    }
}

fn holds(list: &str, depth: u8) -> bool {
    let is_media = |(key, value): (Text<'_>, Value<'_>)| match value {
        Value::Text(text) => key.is("type") && TYPES.iter().any(|media| text.is(media)),
        Value::Array(content) => depth > 1 && key.is("content") && holds(content, depth - 1),
        _ => false,
    };
    Walk::new(list).any(|(_, part)| match part {
        Value::Object(part) => Walk::new(part).any(is_media),
        _ => false,
    })
}

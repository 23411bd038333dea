//! `body/<shape>/<bytes>`: one request body checked whole, its facts found. `prompt/<shape>/<bytes>` walks the prompt after that.

use std::fmt::Write;
use std::hint::black_box;
use std::ops::ControlFlow;

use inferroute::{Body, BodyFormat, BodyLimits};

use super::Scenario;

const SIZES: [usize; 3] = [4 << 10, 32 << 10, 1 << 20];

const TEXT: &str = "The quick brown fox jumps over the lazy dog, and then it sleeps. ";

/// Messages of about 300 bytes with a line end each, up to `size` bytes.
fn messages(size: usize) -> String {
    let mut text = String::from("[");
    for n in 0.. {
        let role = if n % 2 == 0 { "user" } else { "assistant" };
        let message = format!("{{\"role\": \"{role}\", \"content\": \"{n}. {}\\n{TEXT}\"}}", TEXT.repeat(3));
        if text.len() + message.len() + 2 > size {
            break;
        }
        if n > 0 {
            text.push_str(", ");
        }
        text.push_str(&message);
    }
    text + "]"
}

/// A chat of about so many bytes with a model.
pub(super) fn chat(model: &str, size: usize) -> String {
    format!("{{\"model\": \"{model}\", \"stream\": true, \"messages\": {}}}", messages(size - 64))
}

fn shapes(size: usize) -> Vec<(&'static str, String, BodyFormat<'static>)> {
    let room = size - 64;
    let mut tokens = String::new();
    for n in 0_u32.. {
        if tokens.len() >= room - 16 {
            break;
        }
        _ = write!(tokens, "{}, ", n.wrapping_mul(2_654_435_761) >> 15);
    }
    let messages = messages(room);
    let text = TEXT.repeat(room / TEXT.len());
    let chinese = "敏捷的棕色狐狸跳过了懒狗。".repeat(room / 39);
    let escaped = TEXT.repeat(room / TEXT.len() - room / 1024).replace("dog, ", "dog,\\n\\\"");
    vec![
        (
            "model_first",
            format!("{{\"model\": \"mistral\", \"stream\": true, \"messages\": {messages}}}"),
            BodyFormat::Chat,
        ),
        (
            "model_last",
            format!("{{\"messages\": {messages}, \"stream\": true, \"model\": \"mistral\"}}"),
            BodyFormat::Chat,
        ),
        (
            "one_string",
            format!("{{\"model\": \"mistral\", \"prompt\": \"{text}\"}}"),
            BodyFormat::Completions,
        ),
        (
            "escaped_string",
            format!("{{\"model\": \"mistral\", \"prompt\": \"{escaped}\"}}"),
            BodyFormat::Completions,
        ),
        (
            "chinese_string",
            format!("{{\"model\": \"mistral\", \"prompt\": \"{chinese}\"}}"),
            BodyFormat::Completions,
        ),
        ("token_ids", format!("{{\"model\": \"mistral\", \"input\": [{tokens}0]}}"), BodyFormat::Embeddings),
    ]
}

pub(super) fn list() -> Vec<Scenario> {
    let mut list = Vec::new();
    for size in SIZES {
        for (position, (shape, text, _)) in shapes(size).into_iter().enumerate() {
            let bytes = text.len();
            let read = Scenario::new(format!("body/{shape}/{size}"), move || {
                let (text, format) = of_shape(size, position);
                let limits = BodyLimits::default();
                Box::new(move || {
                    let body =
                        Body::read(black_box(text.as_bytes()), format, &limits).expect("the shape is valid");
                    u64::from(body.model() == Some("mistral"))
                })
            });
            let walk = Scenario::new(format!("prompt/{shape}/{size}"), move || {
                let (text, format) = of_shape(size, position);
                let text: &'static str = text.leak();
                let body =
                    Body::read(text.as_bytes(), format, &BodyLimits::default()).expect("the shape is valid");
                Box::new(move || {
                    let mut length = 0;
                    _ = body.prompt_bytes(|chunk| {
                        length += black_box(chunk).len() as u64;
                        ControlFlow::<()>::Continue(())
                    });
                    length
                })
            });
            let is_counted = shape == "model_first" && size == 4 << 10;
            let both = [read.bytes(bytes), walk.bytes(bytes)];
            list.extend(both.map(|scenario| if is_counted { scenario.counted() } else { scenario }));
        }
    }
    list
}

fn of_shape(size: usize, position: usize) -> (String, BodyFormat<'static>) {
    let (_, text, format) = shapes(size).swap_remove(position);
    (text, format)
}

//! `body/<shape>/<bytes>`: one request body checked whole, its facts found. `prompt/<shape>/<bytes>` walks the prompt after that.

use std::fmt::Write;
use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inferroute::{Body, BodyFormat, BodyLimits};

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

fn scenarios(size: usize) -> Vec<(&'static str, String, BodyFormat<'static>)> {
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

fn body(criterion: &mut Criterion) {
    let limits = BodyLimits::default();
    for size in SIZES {
        for (shape, text, format) in scenarios(size) {
            let bytes = text.as_bytes();
            let read = || Body::read(black_box(bytes), format, &limits).expect("the scenario is valid");
            assert_eq!(read().model(), Some("mistral"));
            let mut group = criterion.benchmark_group("body");
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function(format!("{shape}/{size}"), |bencher| {
                bencher.iter(|| read().model().is_some())
            });
            group.finish();
            let body = read();
            let mut group = criterion.benchmark_group("prompt");
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function(format!("{shape}/{size}"), |bencher| {
                bencher.iter(|| {
                    body.prompt_bytes(|chunk| {
                        black_box(chunk);
                        ControlFlow::<()>::Continue(())
                    })
                });
            });
            group.finish();
        }
    }
}

criterion_group!(benches, body);
criterion_main!(benches);

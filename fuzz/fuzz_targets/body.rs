//! Any bytes are read as serde_json reads them, in every format without a panic, and prompts stream as their pieces say, and what a decision
//! changes is all that changes.

#![no_main]

use std::ops::ControlFlow;
use std::sync::LazyLock;

use inferroute::{Body, BodyFormat, BodyLimits, Decision};
use libfuzzer_sys::fuzz_target;

#[path = "../../core/tests/reference/body.rs"]
mod oracle;
#[path = "../../core/tests/reference/rewrite.rs"]
mod rewriting;

static DECISION: LazyLock<Decision> = LazyLock::new(rewriting::decision);

fuzz_target!(|data: &[u8]| {
    oracle::compare(data);
    rewriting::compare(&DECISION, data);
    let limits = BodyLimits::default();
    for format in [BodyFormat::Completions, BodyFormat::Responses, BodyFormat::Messages, BodyFormat::Json] {
        let Ok(body) = Body::read(data, format, &limits) else { continue };
        let mut bytes = Vec::new();
        let _ = body.prompt_bytes(|chunk| {
            bytes.extend_from_slice(chunk);
            ControlFlow::<()>::Continue(())
        });
        let pieces: usize = body.pieces().map(|piece| 1 + piece.to_text().len()).sum();
        assert_eq!(bytes.len(), pieces);
    }
    // Forms: the first line says the content type.
    let line = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (head, form) = data.split_at(line);
    for boundary in [std::str::from_utf8(head).unwrap_or("b"), "b"] {
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let format = BodyFormat::of("/v1/audio/transcriptions", Some(&content_type));
        let form = form.get(1..).unwrap_or_default();
        if let Ok(body) = Body::read(form, format, &limits) {
            assert!(body.pieces().next().is_none());
            if !form.is_empty()
                && let Ok(made) = DECISION.body(form, format, &limits)
            {
                let read = Body::read(&made, format, &limits).expect("a form stays one");
                assert_eq!((read.model(), read.user()), (Some("llama \"3\""), None));
                assert_eq!(DECISION.body(&made, format, &limits).expect("a form stays one"), made);
            }
        }
    }
});

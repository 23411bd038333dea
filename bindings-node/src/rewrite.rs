//! Bodies as an endpoint is to get them.

use std::borrow::Cow;

use inferroute::{BodyChange, BodyFormat, BodyLimits, rewrite_body};
use serde::Deserialize;

use crate::border::{Answer, Call};
use crate::errors::{Failure, answer};

/// What changes: the model, and further fields as `decision.mutations` has them.
#[derive(Deserialize)]
struct Changes {
    model: Option<String>,
    body: Vec<BodyChange>,
}

/// Arguments: the body, the changes in JSON, its content type. Answers with the bytes of a form, the text of anything else, or a failure.
pub(crate) fn rewrite(call: &Call) -> Answer {
    let mut copied = Vec::new();
    let body = call.bytes(0, &mut copied).unwrap_or_default();
    let (changes, content_type) = (call.text(1).unwrap_or_default(), call.text(2));
    let format = BodyFormat::of("", content_type.as_deref());
    match (rewritten(body, format, &changes), format) {
        (Ok(form), BodyFormat::Multipart { .. }) => Answer::Bytes(form),
        // Nothing is changed of a body that is no text.
        (text, _) => {
            answer(text.and_then(|text| {
                String::from_utf8(text).map_err(|error| Failure::internal(error.to_string()))
            }))
        }
    }
}

fn rewritten(body: &[u8], format: BodyFormat<'_>, changes: &str) -> Result<Vec<u8>, Failure> {
    let changes: Changes =
        serde_json::from_str(changes).map_err(|error| Failure::internal(error.to_string()))?;
    rewrite_body(body, format, changes.model.as_deref(), &changes.body, &BodyLimits::default())
        .map(Cow::into_owned)
        .map_err(|error| Failure::unchangeable(&error))
}

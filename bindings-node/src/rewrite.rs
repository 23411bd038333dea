//! Bodies as an endpoint is to get them.

use inferroute::{BodyChange, BodyLimits, rewrite_body};
use serde::Deserialize;

use crate::border::{Answer, Call};
use crate::errors::{Failure, answer};

/// What changes: the model, and further fields as `decision.mutations` has them.
#[derive(Deserialize)]
struct Changes {
    model: Option<String>,
    body: Vec<BodyChange>,
}

/// Arguments: the body, the changes in JSON.
pub(crate) fn rewrite(call: &Call) -> Answer {
    let mut copied = Vec::new();
    answer(rewritten(call.bytes(0, &mut copied).unwrap_or_default(), &call.text(1).unwrap_or_default()))
}

fn rewritten(body: &[u8], changes: &str) -> Result<String, Failure> {
    let changes: Changes =
        serde_json::from_str(changes).map_err(|error| Failure::internal(error.to_string()))?;
    let rewritten = rewrite_body(body, changes.model.as_deref(), &changes.body, &BodyLimits::default())
        .map_err(|error| Failure::unchangeable(&error))?;
    // Nothing is changed of a body that is no text.
    String::from_utf8(rewritten.into_owned()).map_err(|error| Failure::internal(error.to_string()))
}

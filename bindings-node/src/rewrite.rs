//! Bodies as an endpoint is to get them.

use inferroute::{BodyChange, BodyLimits, rewrite_body};
use serde::Deserialize;

use crate::border::{Answer, Call};
use crate::errors::{Failure, answer};

/// What changes: the model, and further fields.
#[derive(Deserialize)]
struct Changes {
    model: Option<String>,
    body: Vec<Change>,
}

/// One of the core's changes, as `decision.mutations` has it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Remove(String),
    Set(String, String),
}

impl From<Change> for BodyChange {
    fn from(change: Change) -> Self {
        match change {
            Change::Remove(field) => Self::Remove(field),
            Change::Set(field, json) => Self::Set(field, json),
        }
    }
}

/// Arguments: the body, the changes in JSON.
pub(crate) fn rewrite(call: &Call) -> Answer {
    let mut copied = Vec::new();
    answer(rewritten(call.bytes(0, &mut copied).unwrap_or_default(), &call.text(1).unwrap_or_default()))
}

fn rewritten(body: &[u8], changes: &str) -> Result<String, Failure> {
    let Changes { model, body: changes } =
        serde_json::from_str(changes).map_err(|error| Failure::internal(error.to_string()))?;
    let changes: Vec<BodyChange> = changes.into_iter().map(BodyChange::from).collect();
    let rewritten = rewrite_body(body, model.as_deref(), &changes, &BodyLimits::default())
        .map_err(|error| Failure::unchangeable(&error))?;
    // Nothing is changed of a body that is no text.
    String::from_utf8(rewritten.into_owned()).map_err(|error| Failure::internal(error.to_string()))
}

//! Failures as JSON, which `lib/errors.js` turns into its classes.

#[cfg(not(target_family = "wasm"))]
use std::any::Any;

use inferroute::{BodyError, Divergence, EventError, PrefixError, Problems, UnknownStrategy};
use serde::Serialize;

use crate::border::Answer;
use crate::convert::DiagnosticView;
use crate::exact;

/// Why a call failed.
#[derive(Serialize)]
pub(crate) struct Failure {
    /// The class of the error.
    kind: &'static str,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<DiagnosticView>,
    /// How many more problems there were.
    left_out: usize,
}

impl Failure {
    fn new(kind: &'static str, code: &'static str, message: String) -> Self {
        Self { kind, code, message, problems: Vec::new(), left_out: 0 }
    }

    /// Something that only a fault of this package explains.
    pub(crate) fn internal(message: String) -> Self {
        Self::new("internal", "IR0000", message)
    }

    /// An argument that does not have the shape JavaScript checks for.
    pub(crate) fn option(message: String) -> Self {
        Self::new("option", "OP0002", message)
    }

    /// A text that is no event.
    pub(crate) fn event(error: &serde_json::Error) -> Self {
        Self::new("event", "EV0000", format!("not an event: {error}"))
    }

    /// A text that is no entry of a journal.
    pub(crate) fn entry(error: &serde_json::Error) -> Self {
        Self::new("divergence", "RP0000", format!("not an entry of a journal: {error}"))
    }

    /// A body that cannot be changed as a decision says.
    pub(crate) fn unchangeable(error: &BodyError) -> Self {
        Self::new("request", "RQ0006", format!("the body cannot be changed as the decision says: {error}"))
    }

    /// A scorer asks whoever is asking it.
    pub(crate) fn busy() -> Self {
        let message = "a scorer asks the router that is asking it; rate by what the scorer is given";
        Self::new("request", "RQ0005", message.to_owned())
    }
}

impl From<UnknownStrategy> for Failure {
    fn from(error: UnknownStrategy) -> Self {
        Self::new("option", "OP0003", error.to_string())
    }
}

impl From<PrefixError> for Failure {
    fn from(error: PrefixError) -> Self {
        Self::new("option", "OP0002", error.to_string())
    }
}

impl From<Divergence> for Failure {
    fn from(divergence: Divergence) -> Self {
        let code = match &divergence {
            Divergence::Request { .. } => "RP0001",
            Divergence::State { .. } => "RP0002",
            Divergence::Answer { .. } => "RP0003",
            Divergence::Event(_) => "RP0004",
            Divergence::Ticket(_) => "RP0005",
            _ => "RP0006",
        };
        Self::new("divergence", code, divergence.to_string())
    }
}

impl From<EventError> for Failure {
    fn from(error: EventError) -> Self {
        Self::new("event", error.code(), error.to_string())
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::new("request", error.code().as_str(), error.to_string())
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let code = problems.iter().next().map_or("RT0001", |problem| problem.code().as_str());
        let views = problems.iter().map(DiagnosticView::of).collect();
        Self {
            problems: views,
            left_out: problems.left_out(),
            ..Self::new("manifest", code, problems.to_string())
        }
    }
}

/// `{"ok": …}` or `{"error": …}`.
pub(crate) fn answer<T: Serialize>(result: Result<T, Failure>) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Envelope<T> {
        Ok(T),
        Error(Failure),
    }
    let envelope = match result {
        Ok(value) => Envelope::Ok(value),
        Err(failure) => Envelope::Error(failure),
    };
    Answer::Text(exact::to_string(&envelope).unwrap_or_else(|error| internal(error.to_string())))
}

/// The failure for a panic that reached the border.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    internal(format!("a fault inside inferroute, please report it: {text}"))
}

fn internal(message: String) -> String {
    serde_json::json!({ "error": Failure::internal(message) }).to_string()
}

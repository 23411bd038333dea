//! From a dict of Python to an event.

use inferroute::Event;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::de::DeserializeOwned;

use crate::errors;

/// The event that a dict says.
pub(crate) fn decode(event: &Bound<'_, PyAny>) -> PyResult<Event> {
    decode_as(event, "an event", "inferroute.types.Event")
}

/// The value that a dict says; `what` and `seen` are for messages.
pub(crate) fn decode_as<T: DeserializeOwned>(said: &Bound<'_, PyAny>, what: &str, seen: &str) -> PyResult<T> {
    let py = said.py();
    let refuse = |message: &str| errors::not_an_event(py, &format!("{message}; see {seen}"));
    if !said.is_instance_of::<PyDict>() {
        return Err(refuse(&format!("{what} must be a dict, not {}", errors::type_name(said))));
    }
    let strict = PyDict::new(py);
    strict.set_item("allow_nan", false)?;
    strict.set_item("ensure_ascii", false)?;
    let json = py.import("json")?.call_method("dumps", (said,), Some(&strict));
    let json = json.and_then(|json| json.extract::<String>()).map_err(|error| refuse(&error.to_string()))?;
    // By way of a value: messages then name the field and not a column of a text that the caller has never seen.
    let value =
        serde_json::from_str::<serde_json::Value>(&json).map_err(|error| refuse(&error.to_string()))?;
    serde_json::from_value(value).map_err(|error| refuse(&error.to_string()))
}

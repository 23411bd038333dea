//! What an endpoint is sent, as the decision changes it.

use inferroute::{AttemptView, BodyLimits};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors;
use crate::request::with_body;

/// The body for an attempt.
pub(crate) fn body<'py>(
    attempt: &AttemptView<'_>,
    body: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = body.py();
    let rewritten = with_body(body, |bytes| {
        let rewritten = attempt.body(bytes, &BodyLimits::default());
        rewritten.map(|bytes| PyBytes::new(py, &bytes))
    })?;
    rewritten.map_err(|error| errors::body(py, &error))
}

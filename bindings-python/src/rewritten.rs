//! What an endpoint is sent, as the decision changes it.

use inferroute::{AttemptView, BodyFormat, BodyLimits};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::request::with_body;
use crate::{args, errors};

/// The body for an attempt, a form where its content type says so.
pub(crate) fn body<'py>(
    attempt: &AttemptView<'_>,
    body: &Bound<'py, PyAny>,
    content_type: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = body.py();
    let content_type = args::text("content_type", content_type)?;
    let content_type = content_type.map(|text| args::chars("content_type", text)).transpose()?;
    let format = BodyFormat::of("", content_type);
    let rewritten = with_body(body, |bytes| {
        let rewritten = attempt.body(bytes, format, &BodyLimits::default());
        rewritten.map(|bytes| PyBytes::new(py, &bytes))
    })?;
    rewritten.map_err(|error| errors::body(py, &error))
}

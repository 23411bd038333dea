//! Diagnostics as text, JSON and SARIF, by the core.

use inferroute::{Diagnostic, Format};
use pyo3::prelude::*;

use crate::errors::{self, BAD_OPTION};
use crate::guard::guarded;
use crate::manifests::Texts;

/// Diagnostics, a JSON list of their dicts, in a format: `text`, `json` or `sarif`. Raises OptionError.
#[pyfunction]
#[pyo3(signature = (diagnostics, manifests, format))]
pub(crate) fn _render(diagnostics: &str, manifests: &Bound<'_, PyAny>, format: &str) -> PyResult<String> {
    guarded(|| {
        let py = manifests.py();
        let format: Format = format.parse().map_err(|error| refuse(py, &error))?;
        let (found, texts) = (read(py, diagnostics)?, Texts::extract(manifests)?);
        Ok(py.detach(|| texts.shown().render(&found, format)))
    })
}

/// Diagnostics as text, in pieces that each say how to colour them. Raises OptionError.
#[pyfunction]
#[pyo3(signature = (diagnostics, manifests))]
pub(crate) fn _render_styled(
    diagnostics: &str,
    manifests: &Bound<'_, PyAny>,
) -> PyResult<Vec<(&'static str, String)>> {
    guarded(|| {
        let py = manifests.py();
        let (found, texts) = (read(py, diagnostics)?, Texts::extract(manifests)?);
        let pieces = py.detach(|| texts.shown().styled(&found));
        Ok(pieces.into_iter().map(|(style, text)| (style.as_str(), text)).collect())
    })
}

fn read(py: Python<'_>, diagnostics: &str) -> PyResult<Vec<Diagnostic>> {
    serde_json::from_str(diagnostics).map_err(|error| refuse(py, &error))
}

fn refuse(py: Python<'_>, error: &dyn std::error::Error) -> PyErr {
    errors::option(py, BAD_OPTION, &error.to_string())
}

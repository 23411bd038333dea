//! What is to be done to a request, as plain values.

use inferroute::Mutations;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors;

/// The changes as a dict, empty where there are none.
pub(crate) fn dict<'py>(py: Python<'py>, mutations: Option<&Mutations>) -> PyResult<Bound<'py, PyDict>> {
    let Some(mutations) = mutations.filter(|mutations| **mutations != Mutations::default()) else {
        return Ok(PyDict::new(py));
    };
    let json = serde_json::to_string(mutations).map_err(|error| errors::internal(&error.to_string()))?;
    Ok(py.import("json")?.call_method1("loads", (json,))?.cast_into::<PyDict>()?)
}

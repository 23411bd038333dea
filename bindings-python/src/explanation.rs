//! Why a decision came out as it did, as Python sees it.

use pyo3::prelude::*;

use crate::errors;
use crate::guard::guarded;

/// Why a decision came out as it did. `str()` prints it as a tree. Immutable.
#[pyclass(frozen, eq, module = "inferroute")]
#[derive(PartialEq)]
pub(crate) struct Explanation {
    inner: inferroute::Explanation,
}

impl Explanation {
    pub(crate) fn new(inner: inferroute::Explanation) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl Explanation {
    /// The decision or the refusal in one line.
    #[getter]
    fn outcome(&self) -> PyResult<&str> {
        guarded(|| Ok(self.inner.outcome()))
    }

    /// The seed of the decision.
    #[getter]
    fn seed(&self) -> PyResult<u64> {
        guarded(|| Ok(self.inner.seed()))
    }

    /// The outcome, the seed and the sections with their lines, as plain values.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| {
            let json =
                serde_json::to_string(&self.inner).map_err(|error| errors::internal(&error.to_string()))?;
            py.import("json")?.call_method1("loads", (json,))
        })
    }

    fn __str__(&self) -> PyResult<String> {
        guarded(|| Ok(self.inner.to_string()))
    }

    fn __repr__(&self) -> PyResult<String> {
        guarded(|| Ok(format!("<Explanation of {}>", self.inner.outcome())))
    }
}

//! Why a decision came out as it did, as Python sees it.

use pyo3::prelude::*;

use crate::errors;
use crate::guard::guarded;
use crate::mutations;

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

    /// The endpoints of the pool: who was removed, and how each scorer rated who was not (inferroute.types.ExplainedEndpoint).
    #[getter]
    fn endpoints<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| {
            let value = serde_json::to_value(self.inner.endpoints());
            mutations::object(py, value.map_err(|error| errors::internal(&error.to_string()))?)
        })
    }

    /// The outcome, the seed, the sections with their lines and the endpoints, as plain values.
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

//! Why a request goes nowhere, as Python sees it: a value that is false.

use std::sync::Arc;

use inferroute::{Request, State};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::backend::Backend;
use crate::decision::{NO_HEADERS, hash_of, path_of};
use crate::errors;
use crate::guard::guarded;
use crate::mutations;
use crate::request::Asked;

type Inner = inferroute::NoRoute<Arc<State>>;

/// Why a request goes nowhere, with the status to answer. Immutable and false.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct NoRoute {
    inner: Inner,
    /// The path that the client asked for; `None`: `/`.
    path: Option<Py<PyString>>,
}

impl NoRoute {
    pub(crate) fn new(inner: Inner, asked: Option<&Asked<'_>>) -> Self {
        Self { inner, path: asked.and_then(Asked::kept_path) }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Where a redirect sends the client.
    fn location_dict<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let path = path_of(py, self.path.as_ref())?;
        let Some(location) = self.inner.redirect(&Request::new(&NO_HEADERS).path(path)) else {
            return Ok(None);
        };
        let dict = PyDict::new(py);
        dict.set_item("scheme", location.scheme)?;
        dict.set_item("hostname", location.hostname)?;
        dict.set_item("port", location.port)?;
        dict.set_item("path", location.path)?;
        Ok(Some(dict))
    }

    /// What to answer where the rule answers by itself.
    fn response_dict<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(response) = self.inner.direct_response() else { return Ok(None) };
        let value = serde_json::to_value(response).map_err(|error| errors::internal(&error.to_string()))?;
        mutations::object(py, value).map(Some)
    }

    fn parts(&self) -> (&'static str, Option<&str>, Option<usize>, u64) {
        (self.inner.reason().as_str(), self.inner.route(), self.inner.rule(), self.inner.seed())
    }
}

#[pymethods]
impl NoRoute {
    /// Always False; tells a NoRoute from a decision.
    #[getter]
    fn ok(&self) -> bool {
        false
    }

    /// The HTTP status to answer with: 404, 500 or 503, or that of a redirect or direct response.
    #[getter]
    fn status(&self) -> PyResult<u16> {
        guarded(|| Ok(self.inner.status()))
    }

    /// The stable word for logs, for example `pool_empty`.
    #[getter]
    fn reason(&self) -> PyResult<&'static str> {
        guarded(|| Ok(self.inner.reason().as_str()))
    }

    /// The reason in a sentence that may go to the client.
    #[getter]
    fn message(&self) -> PyResult<&'static str> {
        guarded(|| Ok(self.inner.reason().message()))
    }

    /// The route whose rule matched; None where none did.
    #[getter]
    fn route(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.inner.route()))
    }

    /// The position of the rule that matched in its route.
    #[getter]
    fn rule(&self) -> PyResult<Option<usize>> {
        guarded(|| Ok(self.inner.rule()))
    }

    /// The backendRef that led nowhere; None where none was chosen.
    #[getter]
    fn backend(&self) -> PyResult<Option<Backend>> {
        guarded(|| Ok(self.inner.backend().map(Backend::from)))
    }

    /// Where a redirect sends the client: the parts that change (inferroute.types.Location). None for other answers.
    #[getter]
    fn location<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        guarded(|| self.location_dict(py))
    }

    /// What to answer where the rule answers by itself (inferroute.types.DirectResponse). None for other answers.
    #[getter]
    fn direct_response<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guarded(|| self.response_dict(py))
    }

    /// The seed of the decision.
    #[getter]
    fn seed(&self) -> PyResult<u64> {
        guarded(|| Ok(self.inner.seed()))
    }

    /// Everything as plain values.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guarded(|| {
            let dict = PyDict::new(py);
            dict.set_item("status", self.inner.status())?;
            dict.set_item("reason", self.inner.reason().as_str())?;
            dict.set_item("message", self.inner.reason().message())?;
            dict.set_item("route", self.inner.route())?;
            dict.set_item("rule", self.inner.rule())?;
            dict.set_item("location", self.location_dict(py)?)?;
            dict.set_item("direct_response", self.response_dict(py)?)?;
            dict.set_item("seed", self.inner.seed())?;
            Ok(dict)
        })
    }

    fn __bool__(&self) -> bool {
        false
    }

    fn __str__(&self) -> PyResult<String> {
        guarded(|| Ok(self.inner.to_string()))
    }

    fn __repr__(&self) -> PyResult<String> {
        guarded(|| {
            let (reason, route, rule, seed) = self.parts();
            let route = route.map_or("None".to_owned(), |route| format!("'{route}'"));
            let rule = rule.map_or("None".to_owned(), |rule| rule.to_string());
            let status = self.inner.status();
            Ok(format!(
                "NoRoute(status={status}, reason='{reason}', route={route}, rule={rule}, seed={seed})"
            ))
        })
    }

    fn __eq__(&self, other: &Self) -> PyResult<bool> {
        guarded(|| Ok(self.parts() == other.parts()))
    }

    fn __hash__(&self) -> PyResult<u64> {
        guarded(|| Ok(hash_of(self.parts())))
    }
}

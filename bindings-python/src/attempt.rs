//! What to try where the primary fails, as Python sees it: a place in the decision that names it.

use inferroute::AttemptView;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::backend::{Backend, backend_dict};
use crate::decision::{Decision, hash_of};
use crate::errors;
use crate::guard::guarded;
use crate::mutations;
use crate::rewritten;

/// A fallback of a decision. Immutable.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Attempt {
    decision: Py<Decision>,
    position: usize,
}

impl Attempt {
    pub(crate) fn new(decision: Py<Decision>, position: usize) -> Self {
        Self { decision, position }
    }

    /// All fallbacks of a decision.
    pub(crate) fn all<'py>(decision: &Bound<'py, Decision>) -> PyResult<Bound<'py, PyTuple>> {
        let py = decision.py();
        let made = (0..decision.get().fallback_count())
            .map(|position| Bound::new(py, Self { decision: decision.clone().unbind(), position }));
        PyTuple::new(py, made.collect::<PyResult<Vec<_>>>()?)
    }

    fn view(&self) -> PyResult<AttemptView<'_>> {
        self.decision.get().fallback(self.position).ok_or_else(|| errors::internal(&"no such fallback"))
    }

    /// Everything that two attempts are compared by, beside the mutations.
    fn parts<'a>(&'a self, py: Python<'a>) -> PyResult<impl PartialEq + std::hash::Hash + 'a> {
        let view = self.view()?;
        let backend = view.backend();
        let model = self.decision.get().model_of(py, view.model_override())?;
        let backend = (backend.kind, backend.namespace, backend.name);
        Ok((backend, view.pool(), view.endpoint(), view.address(), model, view.model_override()))
    }
}

/// What `Decision.to_dict` says of a fallback.
pub(crate) fn to_dict<'py>(
    py: Python<'py>,
    view: &AttemptView<'_>,
    model: Option<&str>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("backend", backend_dict(py, view.backend())?)?;
    dict.set_item("pool", view.pool())?;
    dict.set_item("endpoint", view.endpoint())?;
    dict.set_item("address", view.address())?;
    dict.set_item("model", model)?;
    Ok(dict)
}

#[pymethods]
impl Attempt {
    /// The backendRef.
    #[getter]
    fn backend(&self) -> PyResult<Backend> {
        guarded(|| Ok(Backend::from(self.view()?.backend())))
    }

    /// The pool the endpoint was picked from; None where the backendRef names a backend itself.
    #[getter]
    fn pool(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.view()?.pool()))
    }

    /// The id of the endpoint.
    #[getter]
    fn endpoint(&self) -> PyResult<&str> {
        guarded(|| Ok(self.view()?.endpoint()))
    }

    /// `host:port` of the endpoint; None where only the host of this library knows it.
    #[getter]
    fn address(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.view()?.address()))
    }

    /// The model to ask for: `model_override`, else what the client asked for.
    #[getter]
    fn model<'a>(&'a self, py: Python<'a>) -> PyResult<Option<&'a str>> {
        guarded(|| self.decision.get().model_of(py, self.view()?.model_override()))
    }

    /// The model to write into the request; None: leave what the client wrote.
    #[getter]
    fn model_override(&self) -> PyResult<Option<&str>> {
        guarded(|| Ok(self.view()?.model_override()))
    }

    /// What to do to the client's request for this attempt.
    #[getter]
    fn mutations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guarded(|| mutations::dict(py, self.view()?.mutations()))
    }

    /// The body to send to the endpoint: the client's, with `model_override` and the changes of `mutations`. Raises RequestError.
    #[pyo3(signature = (body, content_type=None))]
    fn rewritten_body<'py>(
        &self,
        body: &Bound<'py, PyAny>,
        content_type: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        guarded(|| rewritten::body(&self.view()?, body, content_type))
    }

    fn __repr__(&self) -> PyResult<String> {
        guarded(|| {
            let view = self.view()?;
            Ok(format!("Attempt(backend='{}', endpoint='{}')", view.backend(), view.endpoint()))
        })
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        guarded(|| {
            let mutations = self.view()?.mutations() == other.view()?.mutations();
            Ok(mutations && self.parts(py)? == other.parts(py)?)
        })
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        guarded(|| Ok(hash_of(self.parts(py)?)))
    }
}

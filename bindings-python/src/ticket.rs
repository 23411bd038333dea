//! A request in flight, as Python sees it: a context manager around the core's ticket.

use pyo3::prelude::*;

use crate::decision::Decision;
use crate::guard::guarded;
use crate::lock::Lock;
use crate::request::Asked;

/// A request that counts at its endpoint until it is finished.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Ticket {
    decision: Py<Decision>,
    running: Lock<Option<inferroute::Ticket>>,
}

impl Ticket {
    pub(crate) fn new(py: Python<'_>, ticket: inferroute::Ticket, asked: Asked<'_>) -> PyResult<Self> {
        let decision = Py::new(py, Decision::new(ticket.decision().clone(), asked))?;
        Ok(Self { decision, running: Lock::new(Some(ticket)) })
    }

    fn end(&self) -> PyResult<()> {
        guarded(|| {
            drop(self.running.lock().take());
            Ok(())
        })
    }
}

#[pymethods]
impl Ticket {
    /// Always True; tells a ticket from a NoRoute.
    #[getter]
    fn ok(&self) -> bool {
        true
    }

    /// Where the request goes.
    #[getter]
    fn decision(&self, py: Python<'_>) -> Py<Decision> {
        self.decision.clone_ref(py)
    }

    /// The request came to its end, whichever. Again: nothing happens.
    fn finish(&self) -> PyResult<()> {
        self.end()
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(
        &self,
        exc_type: &Bound<'_, PyAny>,
        exc_value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        _ = (exc_type, exc_value, traceback);
        self.end()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Ticket({})", self.decision.bind(py).repr()?))
    }
}

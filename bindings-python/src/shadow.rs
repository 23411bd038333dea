//! What another plan would have done, as Python sees it.

use std::sync::Arc;

use inferroute::Plan;
use pyo3::prelude::*;

use crate::args::Now;
use crate::decision::Decision;
use crate::errors::{self, WRONG_TYPE, type_name};
use crate::guard::guarded;
use crate::headers::PlanHeaders;
use crate::lock::Lock;
use crate::mutations;
use crate::no_route::NoRoute;
use crate::request::{of_dict, request_of};
use crate::router::{Router, outcome};
use crate::ticket::Ticket;

/// Decides beside a router with the plan of another, and counts where the two differ. Neither router sees anything of it.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Shadow {
    plan: Arc<Plan>,
    /// Whether the plan may ask a scorer of Python.
    runs_python: bool,
    inner: Lock<inferroute::Shadow>,
}

#[pymethods]
impl Shadow {
    #[new]
    #[pyo3(signature = (other, /))]
    fn new(other: &Bound<'_, Router>) -> PyResult<Self> {
        guarded(|| {
            let plan = other.get().plan();
            let inner = Lock::new(inferroute::Shadow::new(Arc::clone(&plan)));
            Ok(Self { plan, runs_python: other.get().runs_python(), inner })
        })
    }

    /// Decides a request, a dict (inferroute.types.RequestArguments), by the other plan with the seed of `live`, which `router` has answered just before, and
    /// counts both. Gives what the other plan answers. Raises RequestError.
    #[pyo3(signature = (router, request, live, *, now = Now::ZERO), text_signature = "($self, router, request, live, *, now=0)")]
    fn compare<'py>(
        &self,
        router: &Bound<'py, Router>,
        request: &Bound<'py, PyAny>,
        live: &Bound<'py, PyAny>,
        now: Now,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| {
            let py = router.py();
            let Some(mut shadow) = self.inner.try_lock() else { return Err(errors::busy(py, "the shadow")) };
            let ticket = live.cast::<Ticket>().map(|ticket| ticket.get().decision_of(py));
            let decision = match ticket {
                Ok(decision) => Some(decision),
                Err(_) => live.cast::<Decision>().ok().cloned(),
            };
            let (live, router) = match (&decision, live.cast::<NoRoute>()) {
                (Some(decision), _) => (Ok(decision.get().inner()), &router.get().inner),
                (None, Ok(no_route)) => (Err(no_route.get().inner()), &router.get().inner),
                (None, Err(_)) => {
                    let message =
                        format!("live must be a Decision, NoRoute or Ticket, not {}", type_name(live));
                    return Err(errors::request(py, WRONG_TYPE, &message));
                }
            };
            let (headers, asked) = of_dict(request, self.runs_python)?;
            let mut values = PlanHeaders::new();
            values.gather(&self.plan, &headers)?;
            let answer = shadow.compare(router, &request_of(asked.as_deref(), &values)?, now.0, live);
            outcome(py, answer, asked.as_deref())
        })
    }

    /// What was counted so far (inferroute.types.ShadowReport).
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| {
            let Some(shadow) = self.inner.try_lock() else { return Err(errors::busy(py, "the shadow")) };
            let value = serde_json::to_value(shadow.report());
            mutations::object(py, value.map_err(|error| errors::internal(&error.to_string()))?)
        })
    }

    fn __repr__(&self) -> &'static str {
        "<Shadow>"
    }
}

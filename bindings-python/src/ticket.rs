//! A request in flight, as Python sees it: a context manager around the core's ticket.

use inferroute::Nanos;
use pyo3::prelude::*;

use crate::args::Now;
use crate::attempt::Attempt;
use crate::decision::Decision;
use crate::errors;
use crate::guard::guarded;
use crate::lock::Lock;
use crate::mutations;
use crate::request::Asked;

/// A request that counts at its endpoint until it is finished.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Ticket {
    decision: Py<Decision>,
    place: Lock<Place>,
}

/// Where the core's ticket is. Never under the lock while it is asked something: a journal may run Python code then.
#[expect(
    clippy::large_enum_variant,
    reason = "it stands in its Python object; a box would be an allocation a request"
)]
enum Place {
    Here(Running),
    /// In use; with how it is to end when it comes back.
    Away(Option<End>),
    Over,
}

struct Running {
    ticket: inferroute::Ticket,
    /// Fallbacks that were gone on to.
    fallbacks: usize,
}

#[derive(Clone, Copy)]
enum End {
    Answered,
    Failed(Nanos),
    Cancelled,
}

impl Running {
    fn end(self, end: End) {
        match end {
            End::Answered => self.ticket.finish(),
            End::Failed(now) => self.ticket.fail(now),
            End::Cancelled => drop(self.ticket),
        }
    }
}

impl Ticket {
    pub(crate) fn new(
        py: Python<'_>,
        ticket: inferroute::Ticket,
        asked: Option<&Asked<'_>>,
    ) -> PyResult<Self> {
        let decision = Py::new(py, Decision::new(ticket.decision().clone(), asked))?;
        Ok(Self { decision, place: Lock::new(Place::Here(Running { ticket, fallbacks: 0 })) })
    }

    pub(crate) fn decision_of<'py>(&self, py: Python<'py>) -> Bound<'py, Decision> {
        self.decision.bind(py).clone()
    }

    /// `None` where the request is over, or another thread is telling something of it.
    fn tell<T>(&self, tell: impl FnOnce(&mut Running) -> T) -> PyResult<Option<T>> {
        guarded(|| {
            let Some(mut running) = self.take() else { return Ok(None) };
            let told = tell(&mut running);
            self.put_back(running);
            Ok(Some(told))
        })
    }

    fn take(&self) -> Option<Running> {
        let mut place = self.place.lock();
        match std::mem::replace(&mut *place, Place::Away(None)) {
            Place::Here(running) => Some(running),
            other => {
                *place = other;
                None
            }
        }
    }

    fn put_back(&self, running: Running) {
        let mut place = self.place.lock();
        match std::mem::replace(&mut *place, Place::Over) {
            Place::Away(None) => *place = Place::Here(running),
            Place::Away(Some(end)) => {
                drop(place);
                running.end(end);
            }
            Place::Here(_) | Place::Over => {}
        }
    }

    fn end(&self, end: End) -> PyResult<()> {
        guarded(|| {
            let mut place = self.place.lock();
            match std::mem::replace(&mut *place, Place::Over) {
                Place::Here(running) => {
                    drop(place);
                    running.end(end);
                }
                Place::Away(earlier) => *place = Place::Away(earlier.or(Some(end))),
                Place::Over => {}
            }
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

    /// The first token of the answer came: the prompt is worked off. Renews the lease.
    #[pyo3(signature = (now = Now::ZERO), text_signature = "($self, now=0)")]
    fn first_token(&self, now: Now) -> PyResult<()> {
        self.tell(|running| running.ticket.first_token(now.0)).map(drop)
    }

    /// The request is still under way: its lease begins anew.
    #[pyo3(signature = (now = Now::ZERO), text_signature = "($self, now=0)")]
    fn renew(&self, now: Now) -> PyResult<()> {
        self.tell(|running| running.ticket.renew(now.0)).map(drop)
    }

    /// The attempt under way failed, which counts against its endpoint. The request now counts at the endpoint of the next fallback, which is returned; None
    /// where there is none left.
    #[pyo3(signature = (now = Now::ZERO), text_signature = "($self, now=0)")]
    fn fall_back(&self, py: Python<'_>, now: Now) -> PyResult<Option<Attempt>> {
        let next = self.tell(|running| {
            running.ticket.fall_back(now.0)?;
            running.fallbacks += 1;
            Some(running.fallbacks - 1)
        })?;
        Ok(next.flatten().map(|position| Attempt::new(self.decision.clone_ref(py), position)))
    }

    /// The endpoint said how many tokens of the prompt it had in its prefix cache.
    #[pyo3(signature = (count, /))]
    fn cached_tokens(&self, count: u32) -> PyResult<()> {
        self.tell(|running| running.ticket.cached_tokens(count)).map(drop)
    }

    /// What the host's other replicas need to know of the request (inferroute.types.ReplicaRequest), for their event `replica_told`; None where it is over.
    #[pyo3(signature = (number, *, prompt = true))]
    fn told<'py>(&self, py: Python<'py>, number: u64, prompt: bool) -> PyResult<Option<Bound<'py, PyAny>>> {
        let told = self.tell(|running| running.ticket.told(number))?;
        let Some(told) = told else { return Ok(None) };
        let told = if prompt { told } else { told.without_prompt() };
        let value = serde_json::to_value(told).map_err(|error| errors::internal(&error.to_string()))?;
        mutations::object(py, value).map(Some)
    }

    /// The request came to its end and was answered. Again, or after `fail`: nothing happens.
    fn finish(&self) -> PyResult<()> {
        self.end(End::Answered)
    }

    /// The request failed by its endpoint's fault, and no fallback is left or tried.
    #[pyo3(signature = (now = Now::ZERO), text_signature = "($self, now=0)")]
    fn fail(&self, now: Now) -> PyResult<()> {
        self.end(End::Failed(now.0))
    }

    /// The request ended in a way that says nothing of its endpoint: the client went away.
    fn cancel(&self) -> PyResult<()> {
        self.end(End::Cancelled)
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    /// Without an exception the request was answered; with one it is cancelled, which says nothing of its endpoint.
    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(
        &self,
        exc_type: &Bound<'_, PyAny>,
        exc_value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        _ = (exc_value, traceback);
        self.end(if exc_type.is_none() { End::Answered } else { End::Cancelled })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Ticket({})", self.decision.bind(py).repr()?))
    }
}

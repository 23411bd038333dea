//! Journals and players: what moved a router, in dicts.

use std::fmt;

use inferroute::{Divergence, Entry};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::callback;
use crate::errors::{self, BAD_OPTION, type_name};
use crate::event;
use crate::guard::guarded;
use crate::lock::Lock;
use crate::mutations;
use crate::router::Router;

/// Hands entries to a list or a function. An exception of the function goes to `sys.unraisablehook`: the decision is made by then.
pub(crate) struct Journal {
    to: Py<PyAny>,
}

impl Journal {
    /// Argument `journal`.
    pub(crate) fn take(to: &Bound<'_, PyAny>) -> PyResult<Self> {
        if to.is_instance_of::<PyList>() || to.is_callable() {
            return Ok(Self { to: to.clone().unbind() });
        }
        let message =
            format!("journal must be a list, a function of one entry, or None, not {}", type_name(to));
        Err(errors::option(to.py(), BAD_OPTION, &message))
    }

    fn tell(&self, py: Python<'_>, entry: &Entry) -> PyResult<()> {
        let value = serde_json::to_value(entry).map_err(|error| errors::internal(&error.to_string()))?;
        let entry = mutations::object(py, value)?;
        match self.to.bind(py).cast::<PyList>() {
            Ok(list) => list.append(entry),
            Err(_) => self.to.bind(py).call1((entry,)).map(drop),
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}

impl inferroute::Journal for Journal {
    fn record(&self, entry: Entry) {
        let inside = callback::TELLING.enter();
        _ = Python::try_attach(|py| {
            let told = match inside {
                Some(_) => self.tell(py, &entry),
                None => {
                    Err(errors::option(py, BAD_OPTION, "a journal asked its own router; the entry is lost"))
                }
            };
            if let Err(error) = told {
                error.write_unraisable(py, Some(self.to.bind(py)));
            }
        });
    }
}

/// A router that repeats another's journal.
///
/// `router` is one on the plan that the recorded router started with; the player takes the plan alone.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Player {
    inner: Lock<inferroute::Player>,
}

#[pymethods]
impl Player {
    #[new]
    #[pyo3(signature = (router, /))]
    fn new(router: &Bound<'_, Router>) -> PyResult<Self> {
        guarded(|| Ok(Self { inner: Lock::new(inferroute::Player::new(router.get().plan())) }))
    }

    /// Repeats one entry of a journal. Raises Divergence where it comes out differently; the player then goes on from what it found.
    #[pyo3(signature = (entry, /))]
    fn play(&self, entry: &Bound<'_, PyAny>) -> PyResult<()> {
        guarded(|| {
            let py = entry.py();
            let entry: Entry = event::decode_as(entry, "a journal's entry", "inferroute.types.Entry")?;
            let Some(mut player) = self.inner.try_lock() else { return Err(errors::busy(py, "the player")) };
            player.play(&entry).map_err(|divergence| refuse(py, &divergence))
        })
    }

    /// Publishes the plan that the recorded router got, at its entry `updated`: that of `router`.
    #[pyo3(signature = (router, /))]
    fn update(&self, py: Python<'_>, router: &Bound<'_, Router>) -> PyResult<()> {
        guarded(|| {
            let Some(player) = self.inner.try_lock() else { return Err(errors::busy(py, "the player")) };
            player.update(router.get().plan());
            Ok(())
        })
    }

    fn __repr__(&self) -> &'static str {
        "<Player>"
    }
}

fn refuse(py: Python<'_>, divergence: &Divergence) -> PyErr {
    let code = match divergence {
        Divergence::Request { .. } => "RP0001",
        Divergence::State { .. } => "RP0002",
        Divergence::Answer { .. } => "RP0003",
        Divergence::Event(_) => "RP0004",
        _ => "RP0005",
    };
    errors::divergence(py, code, &divergence.to_string())
}

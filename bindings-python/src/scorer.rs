//! Scorers that are Python functions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use inferroute::{CustomScorer, Request, ScorerFailure, ScoringView, SharedScorer};
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::callback;
use crate::errors::{self, BAD_OPTION, type_name};
use crate::guard::guarded;

/// A scorer of the host's own: `score(request, endpoints)` gives a rating from 0 to 1, or None, for each endpoint. Immutable.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct Scorer {
    pub(crate) shared: SharedScorer,
}

struct Function {
    name: String,
    score: Py<PyAny>,
}

/// The request that endpoints are rated for. Immutable.
#[pyclass(frozen, get_all, module = "inferroute")]
pub(crate) struct ScoredRequest {
    host: Option<String>,
    path: String,
    method: String,
    /// The model that the endpoint will be asked for.
    model: Option<String>,
    objective: Option<String>,
    tenant: Option<String>,
    prompt_tokens: u32,
    now: u64,
}

/// An endpoint to be rated. Immutable.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct ScoredEndpoint {
    #[pyo3(get)]
    id: String,
    #[pyo3(get)]
    address: Option<String>,
    labels: BTreeMap<String, String>,
    #[pyo3(get)]
    in_flight: u32,
    #[pyo3(get)]
    waiting_tokens: u64,
    #[pyo3(get)]
    waiting: Option<u32>,
    #[pyo3(get)]
    running: Option<u32>,
    #[pyo3(get)]
    kv_usage: Option<f64>,
    #[pyo3(get)]
    prefix_share: Option<f64>,
}

#[pymethods]
impl ScoredEndpoint {
    /// Its labels, a new dict each time.
    #[getter]
    fn labels(&self) -> BTreeMap<&str, &str> {
        self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn __repr__(&self) -> String {
        format!("<ScoredEndpoint {}: {} in flight>", self.id, self.in_flight)
    }
}

#[pymethods]
impl Scorer {
    #[new]
    #[pyo3(signature = (name, score, /))]
    fn new(name: &str, score: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(|| {
            if !score.is_callable() {
                let message =
                    format!("a scorer needs a function of request and endpoints, not {}", type_name(score));
                return Err(errors::option(score.py(), BAD_OPTION, &message));
            }
            if name.is_empty() {
                return Err(errors::option(score.py(), BAD_OPTION, "a scorer needs a name"));
            }
            let function = Function { name: name.to_owned(), score: score.clone().unbind() };
            Ok(Self { shared: SharedScorer::new(function) })
        })
    }

    /// The name, by which an EndpointPickerConfig and explanations mean it.
    #[getter]
    fn name(&self) -> &str {
        self.shared.name()
    }

    fn __repr__(&self) -> String {
        format!("Scorer('{}')", self.shared.name())
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scorer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl CustomScorer for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn score(
        &self,
        request: &Request<'_>,
        endpoints: &ScoringView<'_>,
        ratings: &mut [Option<f64>],
    ) -> Result<(), ScorerFailure> {
        // A scorer that asks for a decision that asks it again would not end.
        let Some(_inside) = callback::SCORING.enter() else {
            return Err(ScorerFailure {
                reason: Cow::Borrowed("it was asked while another scorer of Python was at work"),
            });
        };
        let asked = Python::try_attach(|py| {
            self.ask(py, request, endpoints, ratings)
                .map_err(|error| ScorerFailure { reason: said(py, &error) })
        });
        asked.unwrap_or(Err(ScorerFailure { reason: Cow::Borrowed("the interpreter is shutting down") }))
    }
}

impl Function {
    fn ask(
        &self,
        py: Python<'_>,
        request: &Request<'_>,
        endpoints: &ScoringView<'_>,
        ratings: &mut [Option<f64>],
    ) -> PyResult<()> {
        let listed = PyList::empty(py);
        let mut failed = Ok(());
        endpoints.for_each(|_, endpoint| {
            let made = ScoredEndpoint {
                id: endpoint.id.to_owned(),
                address: endpoint.address.map(str::to_owned),
                labels: endpoint.labels.clone(),
                in_flight: endpoint.in_flight,
                waiting_tokens: endpoint.waiting_tokens,
                waiting: endpoint.waiting,
                running: endpoint.running,
                kv_usage: endpoint.kv_usage.map(inferroute::Fraction::get),
                prefix_share: endpoint.prefix_share,
            };
            if failed.is_ok() {
                failed = Bound::new(py, made).and_then(|made| listed.append(made));
            }
        });
        failed?;
        let given = self.score.bind(py).call1((asked(request, endpoints), listed))?;
        let count = given.len()?;
        if count != ratings.len() {
            let message = format!("{count} ratings for {} endpoints", ratings.len());
            return Err(PyValueError::new_err(message));
        }
        for (rating, given) in ratings.iter_mut().zip(given.try_iter()?) {
            *rating = given?.extract()?;
        }
        Ok(())
    }
}

fn asked(request: &Request<'_>, endpoints: &ScoringView<'_>) -> ScoredRequest {
    let view = request.view();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    ScoredRequest {
        host: owned(view.host),
        path: view.path.to_owned(),
        method: view.method.to_owned(),
        model: owned(Some(endpoints.model()).filter(|model| !model.is_empty())),
        objective: owned(view.objective),
        tenant: owned(view.tenant),
        prompt_tokens: endpoints.prompt_tokens(),
        now: endpoints.now().get(),
    }
}

/// What an explanation says of an exception. An interrupt is only put off until the decision is made.
fn said(py: Python<'_>, error: &PyErr) -> Cow<'static, str> {
    // Printing it runs Python code, which would meet the interrupt here already.
    let said = error.to_string().chars().take(200).collect::<String>();
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // SAFETY: the interpreter is attached; this sets a flag that it looks at when Python code runs next.
        unsafe { ffi::PyErr_SetInterrupt() };
    }
    said.into()
}

//! What model servers say of their load, as Python sees it.

use inferroute::{Engine, Scrape, ScrapeOptions};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::args::chars;
use crate::errors::{self, BAD_FORM, WRONG_TYPE, type_name};
use crate::guard::guarded;
use crate::mutations;

/// What a model server's metrics page says, and what is wrong with it. What is not known is None, never 0. Immutable.
#[pyclass(frozen, eq, module = "inferroute")]
#[derive(PartialEq)]
pub(crate) struct LoadReport {
    scrape: Scrape,
}

impl LoadReport {
    pub(crate) fn read(text: &Bound<'_, PyAny>, engine: Option<&str>, rank: Option<&str>) -> PyResult<Self> {
        let py = text.py();
        let mut options = ScrapeOptions::default();
        if let Some(engine) = engine {
            let known = engine.parse::<Engine>();
            options =
                options.engine(known.map_err(|error| errors::request(py, BAD_FORM, &error.to_string()))?);
        }
        if let Some(rank) = rank {
            options = options.rank(rank);
        }
        let read = |bytes: &[u8]| inferroute::LoadReport::from_prometheus(bytes, &options);
        let scrape = if let Ok(text) = text.cast::<PyString>() {
            read(chars("the metrics page", text)?.as_bytes())
        } else if let Ok(bytes) = text.cast::<PyBytes>() {
            read(bytes.as_bytes())
        } else {
            let message = format!("a metrics page must be str or bytes, not {}", type_name(text));
            return Err(errors::request(py, WRONG_TYPE, &message));
        };
        Ok(Self { scrape })
    }

    pub(crate) fn report(&self) -> inferroute::LoadReport {
        self.scrape.report.clone()
    }
}

macro_rules! getters {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty),* $(,)?) => {
        #[pymethods]
        impl LoadReport {
            /// Reads a metrics page, Prometheus or OpenMetrics text: of `engine`, else of the one that the page is found to be of; of all data-parallel
            /// ranks together, else of that `rank`. Problems never stop the reading. Raises RequestError.
            #[staticmethod]
            #[pyo3(signature = (text, *, engine = None, rank = None))]
            fn from_prometheus(text: &Bound<'_, PyAny>, engine: Option<&str>, rank: Option<&str>) -> PyResult<Self> {
                guarded(|| Self::read(text, engine, rank))
            }

            $($(#[doc = $doc])* #[getter] fn $name(&self) -> Option<$type> { self.scrape.report.$name })*

            /// The share of the KV cache that running requests need.
            #[getter]
            fn kv_usage(&self) -> Option<f64> {
                self.scrape.report.kv_usage.map(inferroute::Fraction::get)
            }

            /// The LoRA adapters that have requests: `active`, `waiting`, `max`.
            #[getter]
            fn lora<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
                let Some(lora) = &self.scrape.report.lora else { return Ok(None) };
                let dict = PyDict::new(py);
                dict.set_item("active", &lora.active)?;
                dict.set_item("waiting", &lora.waiting)?;
                dict.set_item("max", lora.max)?;
                Ok(Some(dict))
            }

            /// The engine whose series were read; None where the page has none that is known.
            #[getter]
            fn engine(&self) -> Option<&'static str> {
                self.scrape.engine.map(Engine::as_str)
            }

            /// What is wrong with the page, in its order: a tuple of dicts (inferroute.types.MetricsProblem).
            #[getter]
            fn problems<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                let listed = PyList::empty(py);
                for problem in &self.scrape.problems {
                    let dict = PyDict::new(py);
                    dict.set_item("code", problem.code().as_str())?;
                    dict.set_item("line", problem.line())?;
                    dict.set_item("series", problem.series())?;
                    dict.set_item("message", problem.to_string())?;
                    listed.append(dict)?;
                }
                Ok(listed.to_tuple())
            }

            /// How many more problems there are.
            #[getter]
            fn problems_left_out(&self) -> usize {
                self.scrape.unlisted
            }

            /// The values that are known, as the event `load_polled` takes them.
            fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                guarded(|| {
                    let value = serde_json::to_value(&self.scrape.report);
                    mutations::object(py, value.map_err(|error| errors::internal(&error.to_string()))?)
                })
            }

            fn __repr__(&self) -> PyResult<String> {
                guarded(|| {
                    let json = serde_json::to_string(&self.scrape.report);
                    let json = json.map_err(|error| errors::internal(&error.to_string()))?;
                    Ok(format!("<LoadReport {json}, {} problems>", self.scrape.problems.len()))
                })
            }
        }
    };
}

getters! {
    /// Requests that wait to be scheduled.
    waiting: u32,
    /// Requests in the running batch.
    running: u32,
    /// The most requests that can run at once.
    max_running: u32,
    /// Tokens in a block of the KV cache.
    block_size: u32,
    /// Blocks of the KV cache.
    blocks: u32,
    /// Tokens that fit into the KV cache.
    kv_tokens: u64,
    /// Prompt tokens since the server started.
    prompt_tokens: u64,
    /// Generated tokens since the server started.
    generation_tokens: u64,
    /// What was looked up in the prefix cache since the server started.
    prefix_queries: u64,
    /// What was found there.
    prefix_hits: u64,
    /// How often a running request lost its place for want of cache.
    preemptions: u64,
}

//! How endpoints of a pool are chosen, as Python says it.

use inferroute::{
    ApproximateOptions, Diagnostic, HashDialect, HashOptions, MissingLoad, Nanos, PreciseOptions,
    PrefixError, SharedScorer, TierWeights,
};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::errors::{self, BAD_OPTION, type_name};
use crate::guard::guarded;
use crate::scorer::Scorer;

/// Profiles of filters, scorers and pickers, who decides which of them run, and what is counted and remembered for them. Immutable: what changes it gives
/// another one.
#[pyclass(frozen, module = "inferroute")]
#[derive(Clone)]
pub(crate) struct Scheduling {
    pub(crate) inner: inferroute::Scheduling,
    /// Whether a scorer of Python may be asked.
    pub(crate) runs_python: bool,
}

impl Scheduling {
    /// What an EndpointPickerConfig says. Raises ManifestError.
    pub(crate) fn read(py: Python<'_>, text: &str, scorers: &[SharedScorer]) -> PyResult<Self> {
        let read = py.detach(|| inferroute::Scheduling::from_yaml_with(text, scorers));
        let inner = read.map_err(|problems| errors::manifests(py, &problems))?;
        Ok(Self { inner, runs_python: !scorers.is_empty() })
    }

    fn with(&self, change: impl FnOnce(inferroute::Scheduling) -> inferroute::Scheduling) -> Self {
        Self { inner: change(self.inner.clone()), runs_python: self.runs_python }
    }

    fn try_with(
        &self,
        py: Python<'_>,
        change: impl FnOnce(inferroute::Scheduling) -> Result<inferroute::Scheduling, PrefixError>,
    ) -> PyResult<Self> {
        let inner =
            change(self.inner.clone()).map_err(|error| errors::option(py, BAD_OPTION, &error.to_string()))?;
        Ok(Self { inner, runs_python: self.runs_python })
    }
}

#[pymethods]
impl Scheduling {
    /// Reads an EndpointPickerConfig; `scorers` are those of your own that it names by `type`. Raises ManifestError.
    #[staticmethod]
    #[pyo3(signature = (text, *, scorers = None), text_signature = "(text, *, scorers=())")]
    fn from_yaml(text: &Bound<'_, PyString>, scorers: Option<Vec<Bound<'_, Scorer>>>) -> PyResult<Self> {
        guarded(|| {
            let scorers: Vec<_> =
                scorers.into_iter().flatten().map(|scorer| scorer.get().shared.clone()).collect();
            let chars = text.to_str().map_err(|_| {
                errors::option(
                    text.py(),
                    BAD_OPTION,
                    "the configuration has lone surrogates; decode it as UTF-8",
                )
            })?;
            Self::read(text.py(), chars, &scorers)
        })
    }

    /// Profiles spelled out, and the plugin that decides which of them run. Raises ManifestError, OptionError.
    #[staticmethod]
    #[pyo3(signature = (*profiles, handler = None, saturation = None))]
    fn of(
        profiles: &Bound<'_, PyTuple>,
        handler: Option<&Bound<'_, PyAny>>,
        saturation: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guarded(|| {
            let py = profiles.py();
            let written =
                py.import("inferroute._profiles")?.call_method1("config", (profiles, handler, saturation))?;
            let (text, scorers): (String, Vec<Bound<'_, Scorer>>) = written.extract()?;
            let scorers: Vec<_> = scorers.iter().map(|scorer| scorer.get().shared.clone()).collect();
            Self::read(py, &text, &scorers)
        })
    }

    /// After how many nanoseconds half of what was measured of requests is forgotten. Default: 10 s.
    #[pyo3(signature = (nanos, /))]
    fn half_life(&self, nanos: u64) -> Self {
        self.with(|scheduling| scheduling.half_life(Nanos::new(nanos)))
    }

    /// What an endpoint counts as whose load is not known: `counts_as_full` (default) or `counts_as_idle`.
    #[pyo3(signature = (missing, /))]
    fn missing_load(&self, py: Python<'_>, missing: &str) -> PyResult<Self> {
        let missing = match missing {
            "counts_as_full" => MissingLoad::CountsAsFull,
            "counts_as_idle" => MissingLoad::CountsAsIdle,
            _ => {
                let message = format!(
                    "`{missing}` is nothing that missing_load can be; choose counts_as_full or counts_as_idle"
                );
                return Err(errors::option(py, BAD_OPTION, &message));
            }
        };
        Ok(self.with(|scheduling| scheduling.missing_load(missing)))
    }

    /// How full a pool may be for requests of `priority` and below; from `ceiling` on they are turned away.
    #[pyo3(signature = (priority, ceiling, /))]
    fn ceiling(&self, py: Python<'_>, priority: i32, ceiling: f64) -> PyResult<Self> {
        if !ceiling.is_finite() {
            return Err(errors::option(py, BAD_OPTION, "a ceiling must be a finite number"));
        }
        Ok(self.with(|scheduling| scheduling.ceiling(priority, ceiling)))
    }

    /// How prompts are hashed and how much is remembered of them. Raises OptionError.
    #[pyo3(signature = (*, dialect = "inferroute", block_tokens = 64, max_blocks = 2048, key = 0, seed = "", budget = 67_108_864, capacity = 31_250))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword argument of Python")]
    fn prefix(
        &self,
        py: Python<'_>,
        dialect: &str,
        block_tokens: u32,
        max_blocks: u32,
        key: u128,
        seed: &str,
        budget: usize,
        capacity: u32,
    ) -> PyResult<Self> {
        guarded(|| {
            let Some(dialect) = HashDialect::from_name(dialect) else {
                let all: Vec<_> = HashDialect::ALL.iter().map(|dialect| dialect.as_str()).collect();
                let message = format!("`{dialect}` is not a dialect; choose one of {}", all.join(", "));
                return Err(errors::option(py, BAD_OPTION, &message));
            };
            let hashing = HashOptions::default()
                .dialect(dialect)
                .block_tokens(block_tokens)
                .max_blocks(max_blocks)
                .key(key)
                .seed(seed);
            let index = ApproximateOptions::default().budget(budget).capacity(capacity);
            self.try_with(py, |scheduling| scheduling.prefix(hashing, index))
        })
    }

    /// Engines tell what they hold, by the events `blocks_stored` and its like; `weights` are what a block of device, host, disk and shared is worth. Raises
    /// OptionError.
    #[pyo3(signature = (*, budget = 100_663_296, weights = [1.0, 0.8, 0.5, 0.3]), text_signature = "($self, *, budget=100663296, weights=(1.0, 0.8, 0.5, 0.3))")]
    fn kv_events(&self, py: Python<'_>, budget: usize, weights: [f64; 4]) -> PyResult<Self> {
        guarded(|| {
            self.try_with(py, |scheduling| {
                let weights = TierWeights::try_new(weights)?;
                scheduling.kv_events(PreciseOptions::default().budget(budget).weights(weights))
            })
        })
    }

    /// What loading it had to say: a tuple of Diagnostic.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let warnings: &[Diagnostic] = self.inner.warnings();
        guarded(|| errors::diagnostics(py, warnings))
    }

    fn __repr__(&self) -> String {
        format!("<Scheduling: {} warnings>", self.inner.warnings().len())
    }
}

/// Option `custom_scorers`: scorers of the host's own that an EndpointPickerConfig may name.
pub(crate) fn scorers(value: &Bound<'_, PyAny>) -> PyResult<Vec<SharedScorer>> {
    let wrong = |found: &Bound<'_, PyAny>| {
        let message = format!("custom_scorers must be a list of Scorer, not {}", type_name(found));
        errors::option(found.py(), BAD_OPTION, &message)
    };
    let items = value.try_iter().map_err(|_| wrong(value))?;
    let scorer = |item: PyResult<Bound<'_, PyAny>>| {
        let item = item?;
        Ok(item.cast::<Scorer>().map_err(|_| wrong(&item))?.get().shared.clone())
    };
    items.map(scorer).collect()
}

/// Options `scheduling` and `endpoint_picker_config`, of which at most one is given.
pub(crate) fn chosen(
    scheduling: Option<&Bound<'_, PyAny>>,
    config: Option<&Bound<'_, PyAny>>,
    scorers: &[SharedScorer],
) -> PyResult<Option<Scheduling>> {
    let wrong = |value: &Bound<'_, PyAny>, message: &str| errors::option(value.py(), BAD_OPTION, message);
    match (scheduling, config) {
        (None, None) => Ok(None),
        (Some(both), Some(_)) => Err(wrong(
            both,
            "scheduling and endpoint_picker_config both say how endpoints are chosen; give one",
        )),
        (Some(given), None) => match given.cast::<Scheduling>() {
            Ok(scheduling) => Ok(Some(scheduling.get().clone())),
            Err(_) => {
                Err(wrong(given, &format!("scheduling must be a Scheduling, not {}", type_name(given))))
            }
        },
        (None, Some(given)) => match given.cast::<PyString>().ok().and_then(|text| text.to_str().ok()) {
            Some(text) => Scheduling::read(given.py(), text, scorers).map(Some),
            None => {
                let message =
                    format!("endpoint_picker_config must be the text of one, not {}", type_name(given));
                Err(wrong(given, &message))
            }
        },
    }
}

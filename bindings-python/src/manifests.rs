//! From the arguments of `Router(...)` and `Router.update(...)` to a plan.

use inferroute::{
    GroupKind, InvalidBackendRefs, Manifests, Nanos, Options, Plan, Problems, SharedScorer, Strategy,
    UnknownModel,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString, PyTuple};

use crate::args;
use crate::errors::{self, BAD_OPTION, BAD_SEED, type_name};
use crate::scheduling::{self, Scheduling};

/// Texts with the names that messages show.
pub(crate) struct Texts(Vec<(String, String)>);

impl Texts {
    /// One text, a mapping of file names to texts, or pairs of both.
    pub(crate) fn extract(manifests: &Bound<'_, PyAny>) -> PyResult<Self> {
        if manifests.is_instance_of::<PyString>() {
            return Ok(Self(vec![("manifest".to_owned(), text(manifests, "the text of the manifests")?)]));
        }
        let expected =
            "manifests must be one text, a mapping of file names to texts, or (file name, text) pairs";
        let wrong = |found: &Bound<'_, PyAny>| {
            let message = format!("{expected}, not {}", type_name(found));
            errors::option(found.py(), BAD_OPTION, &message)
        };
        let items = match manifests.getattr_opt("items")? {
            Some(items) => items.call0()?,
            None => manifests.clone(),
        };
        let mut texts = Vec::new();
        for item in items.try_iter().map_err(|_| wrong(manifests))? {
            let item = item?;
            let pair =
                item.cast::<PyTuple>().ok().filter(|pair| pair.len() == 2).ok_or_else(|| wrong(&item))?;
            let file = text(&pair.get_item(0)?, "the file name of a manifest")?;
            let what = format!("the text of `{file}`");
            texts.push((file, text(&pair.get_item(1)?, &what)?));
        }
        Ok(Self(texts))
    }

    /// The texts as diagnostics quote them.
    pub(crate) fn shown(&self) -> inferroute::Texts<'_> {
        let mut shown = inferroute::Texts::default();
        for (file, text) in &self.0 {
            shown.add(file, text);
        }
        shown
    }

    /// The plan of the texts. Runs without the interpreter.
    pub(crate) fn compile(&self, options: &Options) -> Result<Plan, Problems> {
        let mut manifests = Manifests::default();
        for (file, text) in &self.0 {
            manifests.add(file, text);
        }
        manifests.compile(options)
    }
}

/// The options as they were given; `None` leaves one as it is.
#[derive(Default)]
pub(crate) struct Given<'a, 'py> {
    pub(crate) strategy: Option<&'a Bound<'py, PyAny>>,
    pub(crate) inference_extension: Option<&'a Bound<'py, PyAny>>,
    pub(crate) default_namespace: Option<&'a Bound<'py, PyAny>>,
    pub(crate) first_match: Option<&'a Bound<'py, PyAny>>,
    pub(crate) fallback_endpoints: Option<&'a Bound<'py, PyAny>>,
    pub(crate) strict: Option<&'a Bound<'py, PyAny>>,
    pub(crate) unknown_model: Option<&'a Bound<'py, PyAny>>,
    pub(crate) envoy_gateway: Option<&'a Bound<'py, PyAny>>,
    pub(crate) catch_all: Option<&'a Bound<'py, PyAny>>,
    pub(crate) extension_filters: Option<&'a Bound<'py, PyAny>>,
    pub(crate) mesh: Option<&'a Bound<'py, PyAny>>,
    pub(crate) invalid_backend_refs: Option<&'a Bound<'py, PyAny>>,
    pub(crate) stale_after: Option<&'a Bound<'py, PyAny>>,
    pub(crate) lease: Option<&'a Bound<'py, PyAny>>,
    pub(crate) scheduling: Option<&'a Bound<'py, PyAny>>,
    pub(crate) endpoint_picker_config: Option<&'a Bound<'py, PyAny>>,
    pub(crate) endpoint_picker_config_key: Option<&'a Bound<'py, PyAny>>,
    pub(crate) custom_scorers: Option<&'a Bound<'py, PyAny>>,
}

/// Options that have been checked and only need to be set.
pub(crate) struct Changes {
    strategy: Option<Strategy>,
    inference_extension: Option<bool>,
    default_namespace: Option<String>,
    first_match: Option<bool>,
    fallback_endpoints: Option<usize>,
    strict: Option<bool>,
    unknown_model: Option<UnknownModel>,
    envoy_gateway: Option<bool>,
    catch_all: Option<bool>,
    extension_filters: Option<Vec<GroupKind>>,
    mesh: Option<bool>,
    invalid_backend_refs: Option<InvalidBackendRefs>,
    stale_after: Option<Nanos>,
    lease: Option<Option<Nanos>>,
    scheduling: Option<Scheduling>,
    endpoint_picker_config_key: Option<String>,
    custom_scorers: Option<Vec<SharedScorer>>,
}

impl Given<'_, '_> {
    /// `has_scheduling`: whether the router that they are for has one already.
    pub(crate) fn check(&self, has_scheduling: bool) -> PyResult<Changes> {
        let is_chosen = has_scheduling || self.scheduling.is_some() || self.endpoint_picker_config.is_some();
        if let (Some(strategy), true) = (self.strategy, is_chosen) {
            let message = "a scheduling takes the place of the strategy; leave one of the two out";
            return Err(errors::option(strategy.py(), BAD_OPTION, message));
        }
        let custom_scorers = self.custom_scorers.map(scheduling::scorers).transpose()?;
        Ok(Changes {
            strategy: self.strategy.map(strategy).transpose()?,
            inference_extension: flag("inference_extension", self.inference_extension)?,
            default_namespace: self
                .default_namespace
                .map(|name| text(name, "default_namespace"))
                .transpose()?,
            first_match: flag("first_match", self.first_match)?,
            fallback_endpoints: self.fallback_endpoints.map(fallback_endpoints).transpose()?,
            strict: flag("strict", self.strict)?,
            unknown_model: self.unknown_model.map(unknown_model).transpose()?,
            envoy_gateway: flag("envoy_gateway", self.envoy_gateway)?,
            catch_all: flag("catch_all", self.catch_all)?,
            extension_filters: self.extension_filters.map(extension_filters).transpose()?,
            mesh: flag("mesh", self.mesh)?,
            invalid_backend_refs: self.invalid_backend_refs.map(invalid_backend_refs).transpose()?,
            stale_after: self.stale_after.map(|age| args::span("stale_after", age)).transpose()?,
            lease: self.lease.map(lease).transpose()?,
            scheduling: scheduling::chosen(
                self.scheduling,
                self.endpoint_picker_config,
                custom_scorers.as_deref().unwrap_or_default(),
            )?,
            endpoint_picker_config_key: self
                .endpoint_picker_config_key
                .map(|key| text(key, "endpoint_picker_config_key"))
                .transpose()?,
            custom_scorers,
        })
    }
}

impl Changes {
    /// Whether they choose a scheduling.
    pub(crate) fn has_scheduling(&self) -> bool {
        self.scheduling.is_some()
    }

    /// Whether decisions may then ask a scorer of Python.
    pub(crate) fn runs_python(&self) -> bool {
        self.scheduling.as_ref().is_some_and(|scheduling| scheduling.runs_python)
            || self.custom_scorers.as_ref().is_some_and(|scorers| !scorers.is_empty())
    }

    pub(crate) fn apply(&self, mut options: Options) -> Options {
        if let Some(strategy) = self.strategy {
            options = options.strategy(strategy);
        }
        if let Some(on) = self.inference_extension {
            options = options.inference_extension(on);
        }
        if let Some(namespace) = &self.default_namespace {
            options = options.default_namespace(namespace);
        }
        if let Some(on) = self.first_match {
            options = options.first_match(on);
        }
        if let Some(count) = self.fallback_endpoints {
            options = options.fallback_endpoints(count);
        }
        if let Some(on) = self.strict {
            options = options.strict(on);
        }
        if let Some(policy) = self.unknown_model {
            options = options.unknown_model(policy);
        }
        if let Some(on) = self.envoy_gateway {
            options = options.envoy_gateway(on);
        }
        if let Some(kinds) = &self.extension_filters {
            options = options.extension_filters(kinds.iter().cloned());
        }
        if let Some(on) = self.mesh {
            options = options.mesh(on);
        }
        if let Some(meaning) = self.invalid_backend_refs {
            options = options.invalid_backend_refs(meaning);
        }
        if let Some(age) = self.stale_after {
            options = options.stale_after(age);
        }
        if let Some(length) = self.lease {
            options = options.lease(length);
        }
        if let Some(scheduling) = &self.scheduling {
            options = options.scheduling(scheduling.inner.clone());
        }
        if let Some(key) = &self.endpoint_picker_config_key {
            options = options.endpoint_picker_config_key(key);
        }
        if let Some(scorers) = &self.custom_scorers {
            options = options.custom_scorers(scorers.iter().cloned());
        }
        if let Some(on) = self.catch_all {
            options = options.catch_all(on);
        }
        options
    }
}

fn lease(value: &Bound<'_, PyAny>) -> PyResult<Option<Nanos>> {
    match value.cast::<PyString>().ok().and_then(|text| text.to_str().ok()) {
        Some("never") => Ok(None),
        _ => args::span("lease, unless it is 'never',", value).map(Some),
    }
}

fn strategy(value: &Bound<'_, PyAny>) -> PyResult<Strategy> {
    let name = text(value, "strategy")?;
    name.parse().map_err(|error| errors::unknown_strategy(value.py(), &error))
}

fn unknown_model(value: &Bound<'_, PyAny>) -> PyResult<UnknownModel> {
    let name = text(value, "unknown_model")?;
    serde_json::from_value(name.as_str().into()).map_err(|_| {
        let message =
            format!("`{name}` is nothing that unknown_model can be; choose one of pass, reject, sheddable");
        errors::option(value.py(), BAD_OPTION, &message)
    })
}

fn invalid_backend_refs(value: &Bound<'_, PyAny>) -> PyResult<InvalidBackendRefs> {
    let name = text(value, "invalid_backend_refs")?;
    serde_json::from_value(name.as_str().into()).map_err(|_| {
        let message = format!(
            "`{name}` is nothing that invalid_backend_refs can be; choose one of fail_share, freeze_route"
        );
        errors::option(value.py(), BAD_OPTION, &message)
    })
}

/// Kinds with their groups, as a list of `group/Kind`.
fn extension_filters(value: &Bound<'_, PyAny>) -> PyResult<Vec<GroupKind>> {
    let refuse = |message: &str| errors::option(value.py(), BAD_OPTION, message);
    if value.is_instance_of::<PyString>() {
        return Err(refuse("extension_filters must be a list of `group/Kind`, not str"));
    }
    let items = value.try_iter().map_err(|_| {
        refuse(&format!("extension_filters must be a list of `group/Kind`, not {}", type_name(value)))
    })?;
    let kind = |item: PyResult<Bound<'_, PyAny>>| {
        let item = text(&item?, "an item of extension_filters")?;
        item.parse::<GroupKind>().map_err(|error| refuse(&format!("extension_filters: {error}")))
    };
    items.map(kind).collect()
}

fn flag(name: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<bool>> {
    let Some(value) = value else { return Ok(None) };
    match value.cast::<PyBool>() {
        Ok(flag) => Ok(Some(flag.is_true())),
        Err(_) => {
            let message = format!("{name} must be True or False, not {}", type_name(value));
            Err(errors::option(value.py(), BAD_OPTION, &message))
        }
    }
}

fn fallback_endpoints(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    let count = if value.is_instance_of::<PyBool>() { None } else { value.extract::<usize>().ok() };
    count.ok_or_else(|| {
        let found = value.repr().map_or_else(|_| type_name(value), |repr| repr.to_string());
        let message = format!("fallback_endpoints must be an int from 0, not {found}");
        errors::option(value.py(), BAD_OPTION, &message)
    })
}

fn text(value: &Bound<'_, PyAny>, what: &str) -> PyResult<String> {
    let refuse = |message: String| Err(errors::option(value.py(), BAD_OPTION, &message));
    match value.cast::<PyString>() {
        Ok(text) => match text.to_str() {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => refuse(format!("{what} has lone surrogates; decode it as UTF-8")),
        },
        Err(_) => refuse(format!("{what} must be str, not {}", type_name(value))),
    }
}

/// The seed of a router: the caller's, or eight bytes of the operating system's.
pub(crate) fn router_seed(py: Python<'_>, seed: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
    let Some(seed) = seed else {
        let drawn: [u8; 8] = py.import("os")?.call_method1("urandom", (8,))?.extract()?;
        return Ok(u64::from_le_bytes(drawn));
    };
    if !seed.is_instance_of::<PyInt>() {
        let message = format!("seed must be an int or None, not {}", type_name(seed));
        return Err(errors::option(py, BAD_OPTION, &message));
    }
    seed.extract().map_err(|_| errors::option(py, BAD_SEED, "seed goes from 0 to 2**64 - 1"))
}
